import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import { hasSudo } from '../access.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseCount, looseText, looseTextMap, maybe, ttlField, withDefault } from '../fields.ts';
import type { AuthGrant } from '../reply.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { choosePolicies, choosePoliciesByRole } from './choose-policies.ts';
import { askingToken } from './lookup-token.ts';
import { findTokenRole, type TokenRoleSettings } from './token-role-rows.ts';
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
  type: withDefault(
    z.enum(
      ['service', 'default', ''],
      'only service tokens can be made here: batch tokens cannot be revoked',
    ),
    '',
  ),
});

type Creation = z.infer<typeof creation>;

function refuse(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}

/** `auth/token/create`, `create-orphan` and `create/:role`, by Vault's rules (`vault/token_store.go`, handleCreateCommon). */
export function createTokenRoutes(services: Pick<CoreServices, 'cache'>): readonly Route[] {
  const create = (orphan: boolean) =>
    handler({
      input: creation,
      decide: (turn, input): ReplyDecision => ({
        kind: 'reply',
        reply: { auth: grant(turn, input, { orphan, isSudo: hasSudo(services, turn) }) },
      }),
    });
  const createByRole = handler({
    input: creation.extend({ role_name: looseText }),
    decide(turn, input): ReplyDecision {
      const role = findTokenRole(turn.db, input.role_name);
      if (!role) throw refuse(`unknown role ${input.role_name}`);
      const means = { orphan: role.orphan, isSudo: hasSudo(services, turn), role, roleName: input.role_name };
      return { kind: 'reply', reply: { auth: grant(turn, input, means) } };
    },
  });
  return [
    {
      pattern: 'create',
      help: 'Makes a token, a child of the asking one.',
      operations: { update: create(false) },
    },
    {
      pattern: 'create/:role_name',
      help: 'Makes a token by the rules of a token role.',
      operations: { update: createByRole },
    },
    {
      pattern: 'create-orphan',
      help: 'Makes a token that lives on when the asking one ends.',
      operations: { update: create(true) },
    },
  ];
}

/** How a token comes to be made. */
interface Means {
  readonly orphan: boolean;
  readonly isSudo: boolean;
  readonly role?: TokenRoleSettings;
  readonly roleName?: string;
}

function grant(turn: RequestTurn, input: Creation, { orphan, isSudo, role, roleName }: Means): AuthGrant {
  const parent = askingToken(turn);
  if (parent.usesLeft !== 0) throw refuse('restricted use token cannot generate child tokens');
  const noParent = role === undefined && input.no_parent;
  if (noParent && !isSudo) throw refuse('root or sudo privileges required to create orphan token');
  if (input.period > 0 && !isSudo) throw refuse('root or sudo privileges required to create periodic token');
  if (input.id !== undefined) checkId(turn, input.id, isSudo);
  const wish = { policies: input.policies ?? [], noDefault: input.no_default_policy };
  const { policies, addDefault } = role
    ? choosePoliciesByRole(wish, parent, isSudo, role)
    : choosePolicies(wish, parent, isSudo);
  const ttl = input.ttl ?? input.lease ?? 0;
  const period = smallest(input.period, role?.period ?? 0);
  const explicitMaxTtl = smallest(input.explicit_max_ttl, role?.explicitMaxTtl ?? 0);
  checkRoot(parent, policies, ttl || period || explicitMaxTtl);
  return {
    displayName: input.display_name === '' ? 'token' : `token-${cleanName(input.display_name)}`,
    policies,
    metadata: input.meta,
    ttl,
    maxTtl: 0,
    explicitMaxTtl,
    period,
    numUses: smallest(input.num_uses, role?.numUses ?? 0),
    renewable: input.renewable && role?.renewable !== false,
    ...(orphan || noParent ? {} : { parentHash: parent.hash }),
    ...(input.id === undefined ? {} : { id: input.id }),
    ...(addDefault ? {} : { noDefaultPolicy: true }),
    ...(roleName === undefined ? {} : { role: roleName }),
    ...(role?.pathSuffix ? { pathSuffix: role.pathSuffix } : {}),
    // A child is bound where its parent is: it could else be carried out of the bounds.
    boundCidrs: role && role.boundCidrs.length > 0 ? role.boundCidrs : parent.boundCidrs,
    // A child answers for the same app as its parent, and acts for the same entity.
    ...(parent.app === null ? {} : { app: parent.app }),
    ...(parent.entity === null ? {} : { entity: parent.entity }),
  };
}

/** The smaller of two limits; 0 is none. */
function smallest(a: number, b: number): number {
  return a === 0 || b === 0 ? Math.max(a, b) : Math.min(a, b);
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
