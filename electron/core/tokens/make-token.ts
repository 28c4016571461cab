import type { AuthEnvelope } from '../../../shared/model/envelope.ts';
import type { Change } from '../../vault/change.ts';
import type { RandomBytes } from '../../vault/ports.ts';
import { calculateTtl } from '../limits.ts';
import type { Mount } from '../mounts/mount.ts';
import { randomBase62 } from '../random-text.ts';
import type { AuthGrant } from '../reply.ts';
import { describeAuth } from './describe-auth.ts';
import { sanitizePolicies } from './sanitize-policies.ts';
import { tokenCreated } from './token-changes.ts';
import type { TokenKind, TokenRow } from './token-rows.ts';

/** 43 letters of base62 are 256 bits. */
const TOKEN_LETTERS = 43;
const TOKEN_PREFIX = 'hvs.';
/** Letters of a token that nobody has chosen, its prefix with them. */
export const TOKEN_LENGTH = TOKEN_PREFIX.length + TOKEN_LETTERS;
const ACCESSOR_LETTERS = 24;

/** What making a token needs of its turn. */
export interface TokenTurn {
  readonly now: number;
  readonly random: RandomBytes;
  keyedHash(text: string): string;
}

/** A new token: the change that records it, and what its owner is told, once. */
export interface MadeToken {
  readonly change: Change;
  readonly auth: AuthEnvelope;
  readonly row: TokenRow;
  readonly warnings: readonly string[];
}

/** Makes a token of a grant. The only place where one comes into being. */
export function makeToken(
  turn: TokenTurn,
  grant: AuthGrant,
  where: { readonly mount: Mount; readonly path: string; readonly kind?: TokenKind },
): MadeToken {
  const { now } = turn;
  const policies = sanitizePolicies(grant.policies, grant.noDefaultPolicy !== true);
  const token = grant.id ?? `${TOKEN_PREFIX}${randomBase62(TOKEN_LETTERS, turn.random)}`;
  const life = lifeOf(grant, policies, where, now);
  const row: TokenRow = {
    hash: turn.keyedHash(token),
    accessor: randomBase62(ACCESSOR_LETTERS, turn.random),
    parent: grant.parentHash ?? null,
    kind: where.kind ?? 'service',
    displayName: grant.displayName,
    app: grant.app ?? null,
    policies,
    meta: grant.metadata,
    path: grant.pathSuffix === undefined ? where.path : `${where.path}/${grant.pathSuffix}`,
    mount: where.mount.uuid,
    issuedAt: now,
    creationTtl: life.ttl,
    expiresAt: life.ttl === 0 ? null : now + life.ttl * 1000,
    maxExpiresAt: life.maxExpiresAt,
    explicitMaxTtl: grant.explicitMaxTtl ?? 0,
    period: grant.period,
    idleTtl: grant.idleTtl ?? 0,
    renewable: grant.renewable && life.ttl > 0,
    usesLeft: grant.numUses,
    role: grant.role ?? null,
    entity: grant.entity ?? null,
    boundCidrs: grant.boundCidrs ?? [],
    lastRenewedAt: null,
    lastUsedAt: null,
  };
  const { lastRenewedAt: _renewed, lastUsedAt: _used, ...created } = row;
  return {
    change: tokenCreated.make({ ...created, policies: [...policies], boundCidrs: [...row.boundCidrs] }),
    auth: describeAuth(row, token, now, grant.identityPolicies),
    row,
    warnings: life.warnings,
  };
}

/** Root and the desktop's session live until they are revoked, unless a lifetime was asked for. */
function lifeOf(
  grant: AuthGrant,
  policies: readonly string[],
  { mount, kind }: { readonly mount: Mount; readonly kind?: TokenKind },
  now: number,
): { readonly ttl: number; readonly maxExpiresAt: number | null; readonly warnings: readonly string[] } {
  const explicitMaxTtl = grant.explicitMaxTtl ?? 0;
  const unlimited = policies.includes('root') || kind === 'session';
  if (unlimited && grant.ttl === 0 && grant.period === 0 && explicitMaxTtl === 0) {
    return { ttl: 0, maxExpiresAt: null, warnings: [] };
  }
  return calculateTtl({
    now,
    startedAt: now,
    wanted: grant.idleTtl ?? grant.ttl,
    fallback: 0,
    mountDefault: mount.defaultTtl,
    mountMax: mount.maxTtl,
    maxTtl: grant.maxTtl,
    period: grant.period,
    explicitMaxTtl,
  });
}
