import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { readCrlConfig } from './config-routes.ts';
import { answerableFor, type Issuer } from './issuer.ts';
import { revealIssuerKey } from './issuer-key.ts';
import { CRL_SIGNED } from './pki-changes.ts';
import { type CrlTerms, crlToBeSigned, signedCrl } from './x509/sign-crl.ts';
import { signatureOf } from './x509/sign-der.ts';

interface StoredCrl {
  readonly number: number;
  readonly this_update: number;
  readonly next_update: number;
  readonly stale: number;
  readonly signature: string;
}

/** A list that is read is good for so much longer at least, in milliseconds, or for half its life. */
const LEFT = 12 * 3_600_000;

/** The lists that were put together last, by the signatures that say what is in them: they follow from the state. */
const MADE = new WeakMap<ReadDb, Map<string, { readonly signature: string; readonly list: Uint8Array }>>();
const MOST_MADE = 100;

/** A list of revoked certificates (DER), with what is to be recorded where it was signed just now. */
export interface CurrentCrl {
  readonly list: Uint8Array;
  readonly changes: readonly Change[];
}

/**
 * An authority's list of revoked certificates, signed anew within the turn where something was revoked since, or where it
 * would lapse soon: whoever reads it never gets an old one. What is recorded is its signature alone, for all else follows
 * from the state: a revocation costs the ledger the same however many there were before. `always` signs it in any case.
 * `undefined`: there is nobody here who may sign it.
 */
export function currentCrl(turn: RequestTurn, issuer: Issuer, always = false): CurrentCrl | undefined {
  const { db, mount } = turn;
  const { authority } = issuer;
  const stored = db.get<StoredCrl>(
    'SELECT number, this_update, next_update, stale, signature FROM pki_crl WHERE mount = ? AND authority = ?',
    mount.uuid,
    authority,
  );
  const now = Math.floor(turn.now / 1000) * 1000;
  const { expiry } = readCrlConfig(turn);
  const life = expiry * 1000;
  const isGood = stored?.stale === 0 && stored.next_update - now > Math.min(LEFT, life / 2);
  const made = MADE.get(db)?.get(`${mount.uuid}/${authority}`);
  if (isGood && !always && made?.signature === stored.signature) return { list: made.list, changes: [] };
  const signer = answerableFor(turn, authority);
  if (isGood && !always) {
    const by = signer ?? issuer;
    const { publicKey } = by.certificate.parsed;
    const times = { number: stored.number, thisUpdate: stored.this_update, nextUpdate: stored.next_update };
    const signature = new Uint8Array(Buffer.from(stored.signature, 'base64'));
    const list = signedCrl(crlToBeSigned(termsOf(turn, by, times), publicKey), publicKey, signature);
    return { list: keep(turn, authority, stored.signature, list), changes: [] };
  }
  if (!signer) return undefined;
  const key = revealIssuerKey(turn, signer);
  const times = { number: (stored?.number ?? 0) + 1, thisUpdate: now, nextUpdate: now + life };
  const toBeSigned = crlToBeSigned(termsOf(turn, signer, times), key);
  const signed = signatureOf(toBeSigned, key);
  const signature = Buffer.from(signed).toString('base64');
  return {
    list: keep(turn, authority, signature, signedCrl(toBeSigned, key, signed)),
    changes: [CRL_SIGNED.make({ mount: mount.uuid, authority, ...times, signature })],
  };
}

type Times = Pick<CrlTerms, 'number' | 'thisUpdate' | 'nextUpdate'>;

function termsOf(
  turn: ReadTurn,
  { authority, certificate }: Issuer,
  { number, thisUpdate, nextUpdate }: Times,
): CrlTerms {
  const { disable } = readCrlConfig(turn);
  // Those that have ended need not be named any longer, once a list after their end has named them (RFC 5280, 3.3).
  const endedBefore = 2 * thisUpdate - nextUpdate;
  return {
    issuer: certificate.subject,
    issuerKeyId: certificate.keyId,
    number,
    thisUpdate,
    nextUpdate,
    revoked: disable ? [] : revokedBy(turn, authority, endedBefore),
  };
}

function revokedBy({ db, mount }: ReadTurn, authority: string, endedBefore: number) {
  return db
    .all<{ serial: string; revoked_at: number }>(
      `SELECT serial, revoked_at FROM pki_certificate
       WHERE mount = ? AND issuer = ? AND revoked_at IS NOT NULL AND not_after >= ? ORDER BY revoked_at, serial`,
      mount.uuid,
      authority,
      endedBefore,
    )
    .map((row) => ({ serial: Buffer.from(row.serial.replaceAll(':', ''), 'hex'), at: row.revoked_at }));
}

function keep({ db, mount }: ReadTurn, authority: string, signature: string, list: Uint8Array): Uint8Array {
  const made = MADE.get(db) ?? new Map();
  MADE.set(db, made);
  if (made.size >= MOST_MADE) made.clear();
  made.set(`${mount.uuid}/${authority}`, { signature, list });
  return list;
}
