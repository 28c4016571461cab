import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import { hasSudo } from '../access.ts';
import type { CoreServices } from '../core-services.ts';
import { type AuthGrant, handler, type ReplyDecision, type RequestTurn, type Route } from '../engine.ts';
import { looseCount, looseText, looseTextMap, maybe, ttlField, withDefault } from '../fields.ts';
import { askingToken } from './lookup-token.ts';
import { sanitizePolicies } from './sanitize-policies.ts';
import { findToken, type TokenRow } from './token-rows.ts';

const creation = z.object({
  id: maybe(looseText),
  policies: maybe(looseTextList),
  no_parent: withDefault(looseBoolean, false),
  no_default_policy: withDefault(looseBoolean, false),
  renewable: withDefault(looseBoolean, true),
  ttl: maybe(ttlField),
  /** What `ttl` was called once. */
  lease: maybe(ttlField),
  explicit_max_ttl: withDefault(ttlField, 0),
  period: withDefault(ttlField, 0),
  num_uses: withDefault(looseCount, 0),
  display_name: withDefault(looseText, ''),
  meta: withDefault(looseTextMap, {}),
  type: withDefault(z.enum(['service', 'default', ''], 'only service tokens can be made here'), ''),
});

type Creation = z.infer<typeof creation>;

function refuse(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}

/** `auth/token/create` and `create-orphan`, by Vault's rules (`vault/token_store.go`, handleCreateCommon). */
export function createTokenRoutes(services: Pick<CoreServices, 'cache'>): readonly Route[] {
  const create = (orphan: boolean) =>
    handler({
      input: creation,
      decide: (turn, input): ReplyDecision => ({
        kind: 'reply',
        reply: { auth: grant(turn, input, orphan, hasSudo(services, turn)) },
      }),
    });
  return [
    { pattern: 'create', operations: { update: create(false) } },
    { pattern: 'create-orphan', operations: { update: create(true) } },
  ];
}

function grant(turn: RequestTurn, input: Creation, orphan: boolean, isSudo: boolean): AuthGrant {
  const parent = askingToken(turn);
  if (parent.usesLeft !== 0) throw refuse('restricted use token cannot generate child tokens');
  if (input.no_parent && !isSudo) throw refuse('root or sudo privileges required to create orphan token');
  if (input.period > 0 && !isSudo) throw refuse('root or sudo privileges required to create periodic token');
  if (input.id !== undefined) checkId(turn, input.id, isSudo);
  const { policies, addDefault } = choosePolicies(input, parent, isSudo);
  const ttl = input.ttl ?? input.lease ?? 0;
  checkRoot(parent, policies, ttl || input.period || input.explicit_max_ttl);
  return {
    displayName: input.display_name === '' ? 'token' : `token-${cleanName(input.display_name)}`,
    policies,
    metadata: input.meta,
    ttl,
    maxTtl: 0,
    explicitMaxTtl: input.explicit_max_ttl,
    period: input.period,
    numUses: input.num_uses,
    renewable: input.renewable,
    ...(orphan || input.no_parent ? {} : { parentHash: parent.hash }),
    ...(input.id === undefined ? {} : { id: input.id }),
    ...(addDefault ? {} : { noDefaultPolicy: true }),
    // A child answers for the same app as its parent.
    ...(parent.app === null ? {} : { app: parent.app }),
  };
}

/** A child may do no more than its parent, unless whoever makes it has sudo here. */
function choosePolicies(input: Creation, parent: TokenRow, isSudo: boolean) {
  const wanted = sanitizePolicies(input.policies ?? [], false);
  const wantsDefault = !input.no_default_policy;
  if (wanted.length === 0) {
    const inherited = input.no_default_policy
      ? parent.policies.filter((name) => name !== 'default')
      : parent.policies;
    return { policies: inherited, addDefault: false };
  }
  if (isSudo) return { policies: wanted, addDefault: wantsDefault };
  if (!wanted.every((name) => parent.policies.includes(name))) {
    throw refuse('child policies must be subset of parent');
  }
  return { policies: wanted, addDefault: wantsDefault && parent.policies.includes('default') };
}

function checkRoot(parent: TokenRow, policies: readonly string[], life: number): void {
  if (!policies.includes('root')) return;
  if (!parent.policies.includes('root')) {
    throw refuse('root tokens may not be created without parent token being root');
  }
  if (parent.expiresAt !== null && life === 0) {
    throw refuse('expiring root tokens cannot create non-expiring root tokens');
  }
}

function checkId(turn: RequestTurn, id: string, isSudo: boolean): void {
  if (!isSudo) throw refuse('root or sudo privileges required to specify token id');
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(id)) {
    throw refuse('custom token ID must be 1 to 128 letters, digits, dashes or underscores');
  }
  if (findToken(turn.db, turn.keyedHash(id))) throw refuse('cannot create a token with a duplicate ID');
}

function cleanName(name: string): string {
  return name
    .slice(0, 128)
    .replace(/[^a-zA-Z0-9-]/g, '-')
    .replace(/^-+|-+$/g, '');
}
