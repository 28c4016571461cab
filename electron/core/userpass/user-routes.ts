import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { RandomBytes } from '../../vault/ports.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import {
  describeTerms,
  mergeTerms,
  NO_TERMS,
  type TokenTerms,
  tokenTermFields,
} from '../auth/token-terms.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, maybe } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { type HashPassword, PASSWORD_KDF } from './hash-password.ts';
import {
  type PasswordKdf,
  selectUsers,
  type UserRow,
  userContext,
  userDeleted,
  userWritten,
} from './user-rows.ts';

/** Names are case-insensitive, as in Vault. */
export const userName = looseText
  .transform((name) => name.toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^\w(?:[\w.@-]*\w)?$/, 'a user name has letters, digits, dots, dashes, @ and _')
      .max(128),
  );

/** More than any password, far less than what would cost us. */
export const passwordField = looseText.pipe(z.string().min(1, 'missing password').max(4096));

const named = z.object({ username: userName });
const written = z.object({ username: userName, password: maybe(passwordField), ...tokenTermFields });
const renewed = z.object({ username: userName, password: passwordField });

interface NewSecret {
  readonly kdf: PasswordKdf;
  readonly hash: Uint8Array;
}

/** Users of the mount: names, terms of their tokens, and passwords that nobody reads back. */
export function userRoutes(hashPassword: HashPassword): readonly Route[] {
  const hashAnew = async (password: string, random: RandomBytes): Promise<NewSecret> => {
    const kdf = { ...PASSWORD_KDF, salt: Buffer.from(random(16)).toString('hex') };
    return { kdf, hash: await hashPassword(password, kdf) };
  };

  const write = handler<z.infer<typeof written>, NewSecret | undefined>({
    input: written,
    prepare: async ({ password }, { ports }) =>
      password === undefined ? undefined : await hashAnew(password, ports.random),
    decide(turn, input, secret): ReplyDecision {
      const before = find(turn, input.username);
      if (!before && !secret) throw new KeywardenError('invalid-request', 'missing password');
      return save(turn, input.username, mergeTerms(before?.terms ?? NO_TERMS, input), before, secret);
    },
  });

  const setPassword = handler<z.infer<typeof renewed>, NewSecret>({
    input: renewed,
    prepare: ({ password }, { ports }) => hashAnew(password, ports.random),
    decide(turn, { username }, secret): ReplyDecision {
      const before = requireUser(turn, username);
      return save(turn, username, before.terms, before, secret);
    },
  });

  const setPolicies = handler({
    input: z.object({ username: userName, ...tokenTermFields }),
    decide(turn, input): ReplyDecision {
      const before = requireUser(turn, input.username);
      const { token_policies, policies } = input;
      const terms = mergeTerms(before.terms, { token_policies: token_policies ?? policies ?? [] });
      return save(turn, input.username, terms, before, undefined);
    },
  });

  const read = handler({
    input: named,
    decide(turn, { username }): ReplyDecision {
      const user = find(turn, username);
      if (!user) throw new KeywardenError('not-found');
      return { kind: 'reply', reply: { data: describeTerms(user.terms) } };
    },
  });

  const remove = handler({
    input: named,
    decide(turn, { username }): ReplyDecision {
      const user = find(turn, username);
      if (!user) return { kind: 'reply', reply: {} };
      const gone = userDeleted.make({ mount: turn.mount.uuid, name: username });
      return {
        kind: 'reply',
        changes: [gone, { type: FORGET_VALUE, data: { hash: user.secret } }],
        reply: {},
      };
    },
  });

  const list = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      const keys = selectUsers(turn.db, turn.mount.uuid).map(({ name }) => name);
      if (keys.length === 0) throw new KeywardenError('not-found');
      return { kind: 'reply', reply: { data: { keys } } };
    },
  });

  return [
    { pattern: 'users', help: 'Lists who may log in with a password.', operations: { list } },
    {
      pattern: 'users/:username',
      help: 'Reads, writes or removes somebody who logs in with a password.',
      caseless: true,
      exists: (turn, { username = '' }) =>
        selectUsers(turn.db, turn.mount.uuid, username.toLowerCase()).length > 0,
      operations: { read, update: write, delete: remove },
    },
    {
      pattern: 'users/:username/password',
      help: 'Sets a new password.',
      caseless: true,
      operations: { update: setPassword },
    },
    {
      pattern: 'users/:username/policies',
      help: 'Sets which policies the tokens of this user have.',
      caseless: true,
      operations: { update: setPolicies },
    },
  ];
}

function find(turn: RequestTurn, name: string): UserRow | undefined {
  return selectUsers(turn.db, turn.mount.uuid, name)[0];
}

function requireUser(turn: RequestTurn, name: string): UserRow {
  const user = find(turn, name);
  if (!user) throw new KeywardenError('invalid-request', 'username does not exist');
  return user;
}

function save(
  turn: RequestTurn,
  name: string,
  terms: TokenTerms,
  before: UserRow | undefined,
  secret: NewSecret | undefined,
): ReplyDecision {
  const mount = turn.mount.uuid;
  if (!secret) {
    if (!before) throw new KeywardenError('internal');
    const { kdf, secret: kept, generation } = before;
    const changed = userWritten.make({ mount, name, terms, kdf, secret: kept, generation });
    return { kind: 'reply', changes: [changed], reply: {} };
  }
  const generation = (before?.generation ?? 0) + 1;
  const sealed = turn.sealValue(secret.hash, userContext(mount, { name, generation }));
  secret.hash.fill(0);
  return {
    kind: 'reply',
    changes: [
      userWritten.make({ mount, name, terms, kdf: secret.kdf, secret: sealed, generation }),
      ...(before ? [{ type: FORGET_VALUE, data: { hash: before.secret } }] : []),
    ],
    reply: {},
  };
}
