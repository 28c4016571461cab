import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import type { ReplyDecision } from '../decision.ts';
import type { Engine } from '../engine.ts';
import { handler } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import {
  allKept,
  cubbyholeChanges,
  cubbyholeDeleted,
  cubbyholeMigration,
  cubbyholeWritten,
  findKept,
} from './cubbyhole-rows.ts';

const PATH = '\u0000path';
const located = z.object({ [PATH]: z.string().min(1) }).transform((input) => String(input[PATH]));
const folder = z.object({ [PATH]: z.string().default('') }).transform((input) => String(input[PATH]));

const read = handler({
  input: located,
  decide(turn, path): ReplyDecision {
    const hash = owner(turn);
    const value = findKept(turn.db, hash, path);
    if (!value) throw new KeywardenError('not-found');
    const bytes = turn.revealValue(value, context(turn, path));
    return { kind: 'reply', reply: { data: JSON.parse(new TextDecoder().decode(bytes)) } };
  },
});

const write = handler({
  input: located,
  decide(turn, path): ReplyDecision {
    if (Object.keys(turn.data).length === 0)
      throw new KeywardenError('invalid-request', 'missing data fields');
    const tokenHash = owner(turn);
    const before = findKept(turn.db, tokenHash, path);
    const value = turn.sealValue(new TextEncoder().encode(JSON.stringify(turn.data)), context(turn, path));
    const changes = [cubbyholeWritten.make({ tokenHash, path, value }), ...forget(before)];
    return { kind: 'reply', changes, reply: {} };
  },
});

const remove = handler({
  input: located,
  decide(turn, path): ReplyDecision {
    const tokenHash = owner(turn);
    const before = findKept(turn.db, tokenHash, path);
    const changes = before ? [cubbyholeDeleted.make({ tokenHash, path }), ...forget(before)] : [];
    return { kind: 'reply', changes, reply: {} };
  },
});

const list = handler({
  input: folder,
  decide(turn, path): ReplyDecision {
    const start = path === '' || path.endsWith('/') ? path : `${path}/`;
    const keys = new Set<string>();
    for (const kept of allKept(turn.db, owner(turn))) {
      if (!kept.path.startsWith(start)) continue;
      const rest = kept.path.slice(start.length);
      const slash = rest.indexOf('/');
      keys.add(slash < 0 ? rest : rest.slice(0, slash + 1));
    }
    if (keys.size === 0) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: { keys: [...keys].sort() } } };
  },
});

/** `cubbyhole/`: a drawer for each token, which nobody else can open, root included, and which ends with it. */
export const cubbyholeEngine: Engine = {
  type: 'cubbyhole',
  changes: cubbyholeChanges,
  migrations: [cubbyholeMigration],
  routes: [
    { pattern: '', help: 'Lists what the asking token keeps for itself.', operations: { list } },
    {
      pattern: `:${PATH}*`,
      help: 'Keeps values for the asking token alone: they end with it.',
      operations: { read, update: write, delete: remove, list },
    },
  ],
};

function owner({ identity }: RequestTurn): string {
  if (!identity) throw new KeywardenError('permission-denied');
  return identity.tokenHash;
}

function context(turn: RequestTurn, path: string) {
  return { mount: turn.mount.uuid, owner: `${owner(turn)}/${path}`, version: 1 };
}

function forget(hash: ReturnType<typeof findKept>): Change[] {
  return hash === undefined ? [] : [{ type: FORGET_VALUE, data: { hash } }];
}
