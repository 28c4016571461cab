import type { ReadDb } from '../../vault/state-db.ts';
import type { Actor, Turn } from '../../vault/vault.ts';
import { isWithin } from '../addresses/address-ranges.ts';
import { mayAct } from '../identity/identity-rows.ts';
import type { CoreRequest } from '../request.ts';
import { findToken, isAlive, type TokenRow } from '../tokens/token-rows.ts';
import type { Identity } from '../turn.ts';

/** Longer is nobody's token. */
export const MAX_TOKEN_LENGTH = 512;

/** Nobody we know. */
export const STRANGER: Actor = { kind: 'stranger', id: '', name: '' };

/**
 * The living token that a credential names, if there is one.
 *
 * SECURITY(B2): the state knows tokens by keyed hash alone, so that looking one up tells an attacker who measures
 * times nothing about any token.
 */
export function authenticate(
  turn: Turn,
  { credential, remoteAddress }: Pick<CoreRequest, 'credential' | 'remoteAddress'>,
  stage: 'deciding' | 'settling' = 'deciding',
  find: (db: ReadDb, hash: string) => TokenRow | undefined = findToken,
): TokenRow | undefined {
  if (credential.kind !== 'token' || credential.token.length > MAX_TOKEN_LENGTH) return undefined;
  const token = find(turn.db, turn.keyedHash(credential.token));
  if (!token) return undefined;
  return isUsable(turn, token, remoteAddress, stage) ? token : undefined;
}

/** Whether a token of the state may act now, from there. */
export function isUsable(
  turn: Turn,
  token: TokenRow,
  remoteAddress: string | undefined,
  stage: 'deciding' | 'settling' = 'deciding',
): boolean {
  // A last use under way may still be settled, but nothing new begins with it.
  if (token.usesLeft < 0 && stage === 'deciding') return false;
  if (!isAlive(token, turn.now) || !isWithin(token.boundCidrs, remoteAddress)) return false;
  // A token of an entity that is disabled or gone is nobody's.
  return token.entity === null || mayAct(turn.db, token.entity);
}

/** The asking token, as handlers may know it. */
export function identityOf(token: TokenRow): Identity {
  return {
    accessor: token.accessor,
    displayName: token.displayName,
    policies: token.policies,
    tokenHash: token.hash,
    entity: token.entity,
    ...(token.app === null ? {} : { app: token.app }),
  };
}

/** The asking token, as the record names it. */
export function actorOf(token: TokenRow): Actor {
  return {
    kind: token.kind === 'session' ? 'desktop' : 'token',
    id: token.accessor,
    name: token.app ?? token.displayName,
  };
}
