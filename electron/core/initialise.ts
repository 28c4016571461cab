import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Vault } from '../vault/vault.ts';
import type { Engine } from './engine.ts';
import { createEngineRegistry } from './engine-registry.ts';
import type { Mount } from './mounts/mount.ts';
import { mounted } from './mounts/mount-changes.ts';
import { allMounts } from './mounts/mount-rows.ts';
import { BUILT_IN_TYPES, defaultMounts, newMount } from './mounts/new-mount.ts';
import { DEFAULT_POLICY } from './policies/builtin-policies.ts';
import { policyWritten } from './policies/policy-rows.ts';
import type { CorePorts } from './ports.ts';
import { randomUuid } from './random-text.ts';
import { makeToken } from './tokens/make-token.ts';

/** What making a vault usable needs. */
export interface Initialisation {
  readonly vault: Vault;
  readonly ports: CorePorts;
  /** The same as core gets. A default mount whose engine is not among them is left out. */
  readonly engines: readonly Engine[];
  /** For `kw serve --dev`. */
  readonly rootToken?: string;
  readonly kvVersion?: 1 | 2;
}

/** Fills a new vault in one turn: default mounts, built-in policies, and the root token, which is answered once. */
export function initialise({
  vault,
  ports,
  engines,
  rootToken,
  kvVersion = 2,
}: Initialisation): Promise<{ readonly rootToken: string }> {
  const registry = createEngineRegistry(engines);
  const engineOf = (mount: Mount) => registry.find(mount)?.engine;
  const builtIn = [...BUILT_IN_TYPES, 'approle'];
  return vault.turn((turn) => {
    if (allMounts(turn.db).length > 0) throw new KeywardenError('vault-exists');
    const mounts = defaultMounts(kvVersion)
      .map((wish) => newMount(wish, ports.random))
      .filter((mount) => builtIn.includes(mount.type) || engineOf(mount) !== undefined);
    const tokens = mounts.find(({ type }) => type === 'token');
    if (!tokens) throw new KeywardenError('internal');
    const root = makeToken(
      { now: turn.now, random: ports.random, keyedHash: (text) => turn.keyedHash(text) },
      {
        displayName: 'root',
        policies: ['root'],
        metadata: {},
        ttl: 0,
        maxTtl: 0,
        period: 0,
        numUses: 0,
        renewable: false,
        ...(rootToken === undefined ? {} : { id: rootToken }),
      },
      { mount: tokens, path: 'auth/token/root' },
    );
    turn.record({
      actor: { kind: 'vault', id: '', name: '' },
      operation: 'initialise',
      path: 'sys/init',
      outcome: 'ok',
      requestId: randomUuid(ports.random),
      changes: [
        ...mounts.flatMap((mount) => [
          mounted.make({ ...mount, options: { ...mount.options } }),
          ...(engineOf(mount)?.mounted?.({ db: turn.db, now: turn.now, mount }, mount) ?? []),
        ]),
        policyWritten.make({ name: 'default', text: DEFAULT_POLICY }),
        root.change,
      ],
    });
    return { rootToken: root.auth.client_token };
  });
}
