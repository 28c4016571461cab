import type { Turn } from '../../vault/vault.ts';
import { parseKeycard } from '../keycard-text.ts';
import { isUsable } from '../pipeline/authenticate.ts';
import type { CoreRequest } from '../request.ts';
import { findToken, type TokenRow } from '../tokens/token-rows.ts';
import { type LeaseRow, selectLeases } from './lease-rows.ts';

/** A living lease whose own credential was shown, and the token that it hangs on. */
export interface ShownKeycard {
  readonly lease: LeaseRow;
  readonly token: TokenRow;
}

/**
 * The living lease of this mount whose keycard was shown. It acts for the token that it was issued to, within that token's
 * policies and bounds, and dies with it.
 */
export function findKeycard(
  turn: Turn,
  mount: string,
  { credential, remoteAddress }: Pick<CoreRequest, 'credential' | 'remoteAddress'>,
  stage: 'deciding' | 'settling' = 'deciding',
): ShownKeycard | undefined {
  const shown = credential.kind === 'token' ? parseKeycard(credential.token) : undefined;
  const lease = shown && selectLeases(turn.db, 'nonce = ?', shown.nonce)[0];
  if (lease?.state !== 'active' || lease.mount !== mount || lease.expiresAt <= turn.now) return undefined;
  // Both are hashes under a key that the guesser lacks: comparing them tells nothing about the secret.
  if (lease.data['keycard'] !== turn.keyedHash(shown?.secret ?? '')) return undefined;
  const token = findToken(turn.db, lease.tokenHash);
  return token && isUsable(turn, token, remoteAddress, stage) ? { lease, token } : undefined;
}
