import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import type { CoreServices } from '../core-services.ts';
import type { EffectDecision, ReplyDecision } from '../decision.ts';
import { looseText, looseTextMap, withDefault } from '../fields.ts';
import { aliasesDeleted } from '../identity/identity-changes.ts';
import { selectAliases } from '../identity/identity-rows.ts';
import { endLeases } from '../leases/end-leases.ts';
import { liveLeasesOf } from '../leases/lease-rows.ts';
import { stillAlive } from '../leases/still-alive.ts';
import { removeRotationsOf } from '../rotation/plan-rotation.ts';
import { handler, type Route } from '../route.ts';
import { revokeTokens } from '../tokens/revoke-tokens.ts';
import type { RequestTurn } from '../turn.ts';
import {
  type MountExtras,
  mountClosing,
  mountExtrasSet,
  mounted,
  mountTuned,
  unmounted,
} from './mount-changes.ts';
import { checkLifetimes, mergeExtras, mountConfig, mountTuning } from './mount-fields.ts';
import { type MountRow, NO_EXTRAS } from './mount-rows.ts';
import { describeMount, describeTuning } from './mount-shape.ts';
import { BUILT_IN_PATHS, BUILT_IN_TYPES, newMount } from './new-mount.ts';

/** How long unmounting waits for the proofs of its leases' ends. */
const WAIT_FOR_PROOF = 5000;

type Needs = Pick<CoreServices, 'cache' | 'registry' | 'undertaker'>;

const mounting = z.object({
  path: looseText,
  type: looseText.pipe(z.string().min(1, 'backend type must be specified as a string')),
  description: withDefault(looseText, ''),
  options: withDefault(looseTextMap, {}),
  config: withDefault(mountConfig, mountConfig.parse({})),
});
const place = z.object({ path: looseText });

/**
 * `sys/mounts` and `sys/auth`: the same table seen without and with `auth/` in front.
 * Unmounting ends what the mount has issued, and does not finish before that is proven.
 */
export function mountRoutes(needs: Needs, name: 'mounts' | 'auth'): readonly Route[] {
  const prefix = name === 'auth' ? 'auth/' : '';
  const sudo = name === 'auth' ? ({ sudo: true } as const) : {};
  const fullPath = (path: string) => `${prefix}${path.replace(/\/+$/, '')}/`;
  const shown = (turn: RequestTurn) =>
    needs.cache.mounts(turn.db).all.filter(({ path }) => path.startsWith('auth/') === (name === 'auth'));
  const existing = (turn: RequestTurn, path: string): MountRow => {
    const mount = needs.cache.mounts(turn.db).at(fullPath(path));
    if (!mount) throw new KeywardenError('invalid-request', `no mount at ${fullPath(path)}`);
    return mount;
  };

  const list = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      const rows = shown(turn).map((mount) => [mount.path.slice(prefix.length), describeMount(mount)]);
      return { kind: 'reply', reply: { data: Object.fromEntries(rows), dataAtTop: true } };
    },
  });

  const readOne = handler({
    input: place,
    decide: (turn, { path }): ReplyDecision => ({
      kind: 'reply',
      reply: { data: describeMount(existing(turn, path)), dataAtTop: true },
    }),
  });

  const mount = handler({
    input: mounting,
    decide(turn, input): ReplyDecision {
      const path = fullPath(input.path);
      checkFree(needs.cache.mounts(turn.db).all, path, name);
      const made = newMount(
        {
          path,
          type: input.type,
          description: input.description,
          options: input.options,
          defaultTtl: input.config.default_lease_ttl ?? 0,
          maxTtl: input.config.max_lease_ttl ?? 0,
        },
        turn.random,
      );
      checkLifetimes(made.defaultTtl, made.maxTtl);
      const engine = needs.registry.find(made)?.engine;
      if (!engine || (engine.isAuth === true) !== (name === 'auth') || BUILT_IN_TYPES.includes(made.type)) {
        throw new KeywardenError('invalid-request', `plugin not found in the catalog: ${input.type}`);
      }
      const changes = engine.mounted?.({ db: turn.db, now: turn.now, mount: made }, made) ?? [];
      return {
        kind: 'reply',
        changes: [
          mounted.make({ ...made, options: { ...made.options } }),
          ...extrasChanged(made.uuid, NO_EXTRAS, mergeExtras(NO_EXTRAS, input.config)),
          ...changes,
        ],
        reply: {},
      };
    },
  });

  const unmount = handler({
    input: place,
    decide(turn, { path }): ReplyDecision | EffectDecision {
      const gone = needs.cache.mounts(turn.db).at(fullPath(path));
      if (!gone) return { kind: 'reply', reply: {} };
      // `sys/mounts` asks for no sudo: an auth method goes by `sys/auth` alone.
      const isForeign = name === 'mounts' && gone.path.startsWith('auth/');
      if (BUILT_IN_PATHS.includes(gone.path) || isForeign) {
        throw new KeywardenError('invalid-request', `cannot unmount "${gone.path}"`);
      }
      const leases = liveLeasesOf(turn.db, gone.uuid).map(({ id }) => id);
      if (leases.length === 0) return { kind: 'reply', changes: unmounting(needs, turn, gone), reply: {} };
      return {
        kind: 'effect',
        changes: [
          mountClosing.make({ uuid: gone.uuid, closing: true }),
          ...endLeases(leases, 'unmounted', turn.requestId),
        ],
        async run() {
          const [alive] = await needs.undertaker.waitFor(leases, WAIT_FOR_PROOF);
          if (alive) throw stillAlive(alive);
        },
        settle: (settling) => ({ kind: 'reply', changes: unmounting(needs, settling, gone), reply: {} }),
        failed: () => [mountClosing.make({ uuid: gone.uuid, closing: false })],
      };
    },
  });

  const readTuning = handler({
    input: place,
    decide: (turn, { path }): ReplyDecision => ({
      kind: 'reply',
      reply: { data: describeTuning(existing(turn, path)), dataAtTop: true },
    }),
  });

  const tune = handler({
    input: mountTuning,
    decide(turn, input): ReplyDecision {
      const before = existing(turn, input.path);
      if (before.options['version'] === '2' && (input.options?.['version'] ?? '2') !== '2') {
        throw new KeywardenError('invalid-request', 'cannot downgrade a versioned mount');
      }
      const changed = mountTuned.make({
        uuid: before.uuid,
        description: input.description ?? before.description,
        options: { ...before.options, ...input.options },
        defaultTtl: input.default_lease_ttl ?? before.defaultTtl,
        maxTtl: input.max_lease_ttl ?? before.maxTtl,
      });
      checkLifetimes(input.default_lease_ttl ?? before.defaultTtl, input.max_lease_ttl ?? before.maxTtl);
      const extras = extrasChanged(before.uuid, before.extras, mergeExtras(before.extras, input));
      return { kind: 'reply', changes: [changed, ...extras], reply: {} };
    },
  });

  return [
    { pattern: name, help: 'Lists what is mounted.', operations: { read: list } },
    {
      pattern: `${name}/:path*`,
      help: 'Reads, makes or ends a mount; what it has issued is revoked first.',
      ...sudo,
      operations: { read: readOne, update: mount, delete: unmount },
    },
    {
      pattern: `${name}/:path*/tune`,
      help: 'Reads or changes the settings of a mount.',
      ...sudo,
      operations: { read: readTuning, update: tune },
    },
  ];
}

function extrasChanged(uuid: string, before: MountExtras, extras: MountExtras): readonly Change[] {
  return JSON.stringify(before) === JSON.stringify(extras) ? [] : [mountExtrasSet.make({ uuid, extras })];
}

/** What goes with a mount: its rows and, of an auth method, the tokens it made. */
function unmounting({ registry }: Needs, turn: RequestTurn, mount: MountRow): readonly Change[] {
  const tokens = turn.db.all<{ hash: string }>('SELECT hash FROM tokens WHERE mount = ?', mount.uuid);
  const aliases = selectAliases(turn.db, 'mount_accessor = ?', mount.accessor);
  return [
    ...revokeTokens(
      turn.db,
      tokens.map(({ hash }) => hash),
      'unmounted',
      turn.requestId,
    ),
    ...removeRotationsOf(turn.db, mount.uuid),
    ...(registry.find(mount)?.engine.unmounted?.(turn, mount) ?? []),
    ...(aliases.length === 0 ? [] : [aliasesDeleted.make({ ids: aliases.map(({ id }) => id) })]),
    unmounted.make({ uuid: mount.uuid }),
  ];
}

/** Throws where a mount cannot be at that path. */
export function checkFree(all: readonly MountRow[], path: string, name: 'mounts' | 'auth'): void {
  if (!/^(?:[A-Za-z0-9_.-]+\/)+$/.test(path)) {
    throw new KeywardenError(
      'invalid-request',
      'a mount path may hold letters, digits, dots, dashes and underscores',
    );
  }
  if (name === 'mounts' && /^(auth|sys|cubbyhole|identity)\//.test(path)) {
    throw new KeywardenError('invalid-request', `cannot mount at reserved path "${path}"`);
  }
  const taken = all.find((other) => other.path.startsWith(path) || path.startsWith(other.path));
  if (!taken) return;
  const shown = name === 'auth' ? taken.path.replace(/^auth\//, '') : taken.path;
  throw new KeywardenError('path-in-use', `path is already in use at ${shown}`);
}
