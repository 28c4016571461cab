import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { readCrlConfig } from './config-routes.ts';
import { fromBase64, type Issuer, revealIssuerKey, toBase64 } from './issuer.ts';
import { CRL_SIGNED } from './pki-changes.ts';
import { signCrl } from './x509/sign-crl.ts';

interface StoredCrl {
  readonly issuer: string;
  readonly number: number;
  readonly next_update: number;
  readonly stale: number;
  readonly list: string;
}

/** A list that is read is good for so much longer at least, in milliseconds, or for half its life. */
const LEFT = 12 * 3_600_000;

/**
 * The authority's list of revoked certificates (DER), signed anew within the turn where something was revoked since, or
 * where it would lapse soon: whoever reads it never gets an old one. `always` signs it in any case.
 */
export function currentCrl(
  turn: RequestTurn,
  issuer: Issuer,
  always = false,
): { readonly list: Uint8Array; readonly changes: readonly Change[] } {
  const { db, mount } = turn;
  const stored = db.get<StoredCrl>(
    'SELECT issuer, number, next_update, stale, list FROM pki_crl WHERE mount = ?',
    mount.uuid,
  );
  const now = Math.floor(turn.now / 1000) * 1000;
  const { expiry, disable } = readCrlConfig(turn);
  const life = expiry * 1000;
  const isGood =
    stored?.issuer === issuer.id && stored.stale === 0 && stored.next_update - now > Math.min(LEFT, life / 2);
  if (stored && isGood && !always) return { list: fromBase64(stored.list), changes: [] };
  const number = (stored?.number ?? 0) + 1;
  const list = signCrl(
    {
      issuer: issuer.certificate.subject,
      issuerKeyId: issuer.certificate.keyId,
      number,
      thisUpdate: now,
      nextUpdate: now + life,
      revoked: disable ? [] : revokedBy(turn, issuer, now - life),
    },
    revealIssuerKey(turn, issuer),
  );
  const signed = CRL_SIGNED.make({
    mount: mount.uuid,
    issuer: issuer.id,
    number,
    nextUpdate: now + life,
    list: toBase64(list),
  });
  return { list, changes: [signed] };
}

/** Those that have ended need not be named any longer, once a list after their end has named them (RFC 5280, 3.3). */
function revokedBy({ db, mount }: RequestTurn, issuer: Issuer, endedBefore: number) {
  return db
    .all<{ serial: string; revoked_at: number }>(
      `SELECT serial, revoked_at FROM pki_certificate
       WHERE mount = ? AND issuer = ? AND revoked_at IS NOT NULL AND not_after >= ? ORDER BY revoked_at, serial`,
      mount.uuid,
      issuer.id,
      endedBefore,
    )
    .map((row) => ({ serial: Buffer.from(row.serial.replaceAll(':', ''), 'hex'), at: row.revoked_at }));
}
