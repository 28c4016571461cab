/**
 * Secrets without versions, as Vault's KV version 1 (and `generic`) serves them.
 *
 * Always: what is sent is what is kept, sealed as a whole; a write replaces it and erases what was there. It lies in the
 * tables of version 2 as a first version, so that a mount becomes version 2 by its option alone.
 */
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { parseDuration } from '../../../shared/model/duration.ts';
import type { ReplyDecision } from '../../core/decision.ts';
import type { Engine } from '../../core/engine.ts';
import { SYSTEM_TTL } from '../../core/limits.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { listFolder } from './folder-listing.ts';
import { forgetValue } from './forget-value.ts';
import { KV_SECRET_REMOVED, KV_VALUE_WRITTEN } from './kv-changes.ts';
import { kvEngine } from './kv-engine.ts';
import { findSecret, findVersion } from './kv-rows.ts';
import { revealData, sealData } from './secret-value.ts';
import { createdIfNew, newSecret } from './write-version.ts';

/** No field that anybody sends is likely to be called so; what is kept is `turn.data`, with every field that was sent. */
const PATH = '\u0000path';
const located = z.object({ [PATH]: z.string().min(1) }).transform((input) => String(input[PATH]));
const folder = z.object({ [PATH]: z.string().default('') }).transform((input) => String(input[PATH]));

const read = handler({
  input: located,
  decide(turn, path): ReplyDecision {
    const secret = findSecret(turn.db, turn.mount.uuid, path);
    const version = secret && findVersion(turn.db, secret.id, 1);
    if (!secret || !version) throw new KeywardenError('not-found');
    const data = revealData(turn, secret, version);
    return { kind: 'reply', reply: { data, leaseDuration: readAgainAfter(turn, data) } };
  },
});

const write = handler({
  input: located,
  decide(turn, path): ReplyDecision {
    const { data } = turn;
    if (Object.keys(data).length === 0) throw new KeywardenError('invalid-request', 'missing data fields');
    const secret = findSecret(turn.db, turn.mount.uuid, path) ?? newSecret(turn, path);
    const before = findVersion(turn.db, secret.id, 1);
    const value = sealData(turn, secret.id, 1, data);
    return {
      kind: 'reply',
      changes: [
        ...createdIfNew(turn, secret),
        KV_VALUE_WRITTEN.make({ secret: secret.id, value, at: turn.now }),
        ...forgetValue(before?.value ?? null),
      ],
      reply: {},
    };
  },
});

const remove = handler({
  input: located,
  decide(turn, path): ReplyDecision {
    const secret = findSecret(turn.db, turn.mount.uuid, path);
    if (!secret) return { kind: 'reply', reply: {} };
    const forgotten = forgetValue(findVersion(turn.db, secret.id, 1)?.value ?? null);
    return {
      kind: 'reply',
      changes: [KV_SECRET_REMOVED.make({ secret: secret.id }), ...forgotten],
      reply: {},
    };
  },
});

const list = handler({
  input: folder,
  decide(turn, path): ReplyDecision {
    const keys = listFolder(turn.db, turn.mount.uuid, path === '' || path.endsWith('/') ? path : `${path}/`);
    if (keys.length === 0) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: { keys } } };
  },
});

const routes: readonly Route[] = [
  { pattern: '', help: 'Lists the top folder.', operations: { list } },
  {
    pattern: `:${PATH}*`,
    help: 'Reads, writes or removes a secret, or lists a folder.',
    exists: (turn, captures) => findSecret(turn.db, turn.mount.uuid, captures[PATH] ?? '') !== undefined,
    operations: { read, update: write, delete: remove, list },
  },
];

/** The engine behind mounts of type `kv` with option `version=1` or none. Its tables are those of version 2. */
export const kv1Engine: Engine = {
  type: 'kv-v1',
  migrations: [],
  changes: [],
  routes,
  ...(kvEngine.unmounted ? { unmounted: kvEngine.unmounted } : {}),
};

/** Seconds after which a client should look again: what the secret itself says, else the mount's or Vault's own. */
function readAgainAfter({ mount }: RequestTurn, data: Readonly<Record<string, unknown>>): number {
  const said = data['ttl'] ?? data['lease'];
  if (typeof said === 'string' || typeof said === 'number') {
    try {
      const seconds = parseDuration(said);
      if (seconds > 0) return seconds;
    } catch {
      // Any text may stand there; it is no duration.
    }
  }
  return mount.defaultTtl || mount.maxTtl || SYSTEM_TTL;
}
