import type { Change } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { fromBase64 } from './issuer.ts';
import { ISSUER_DELETED, KEY_REMOVED } from './issuer-changes.ts';
import { readCertificate } from './x509/read-certificate.ts';

/** An issuer that a rotation has left behind, and when it is over. Milliseconds since 1970. */
interface Leaving {
  readonly id: string;
  readonly keyId: string;
  readonly at: number;
}

/** When the last certificate ends that an authority has signed, its own aside; 0 where there is none. Milliseconds since 1970. */
export function lastEnd(db: ReadDb, mount: string, authority: string): number {
  const kept = db.get<{ ends: number }>(
    `SELECT not_after AS ends FROM pki_certificate WHERE mount = ? AND issuer = ?
       AND certificate NOT IN (SELECT certificate FROM pki_issuer WHERE mount = ? AND authority = ?)
     ORDER BY not_after DESC LIMIT 1`,
    mount,
    authority,
    mount,
    authority,
  );
  const unkept = db.get<{ ends: number }>(
    'SELECT ends FROM pki_unkept WHERE mount = ? AND authority = ?',
    mount,
    authority,
  );
  return Math.max(kept?.ends ?? 0, unkept?.ends ?? 0);
}

/** When the next issuer of a mount is over, if any will be. */
export function nextRetirement(db: ReadDb, mount: string): number | undefined {
  const all = leaving(db, mount);
  return all.length === 0 ? undefined : Math.min(...all.map(({ at }) => at));
}

/**
 * The changes by which what is over is forgotten: an issuer whose key was rotated when its last certificate has ended, or
 * at its own end, with its key; a certificate by which a former root vouches for a new one when it has ended.
 */
export function retiredBy(db: ReadDb, mount: string, now: number): readonly Change[] {
  const over = leaving(db, mount).filter(({ at }) => at <= now);
  if (over.length === 0) return [];
  const ids = over.map(({ id }) => id);
  const signing = db
    .all<{ id: string; key_id: string }>(
      `SELECT id, key_id FROM pki_issuer WHERE mount = ? AND json_extract(settings, '$.isCrossing') IS NOT 1`,
      mount,
    )
    .filter(({ id }) => !ids.includes(id))
    .map((row) => row.key_id);
  const keys = [...new Set(over.map(({ keyId }) => keyId))].filter(
    (keyId) => keyId !== '' && !signing.includes(keyId),
  );
  return [
    ...ids.map((id) => ISSUER_DELETED.make({ mount, id })),
    ...keys.flatMap((id) => {
      const held = db.get<{ key: string }>('SELECT key FROM pki_key WHERE mount = ? AND id = ?', mount, id);
      return held ? [KEY_REMOVED.make({ mount, id }), { type: FORGET_VALUE, data: { hash: held.key } }] : [];
    }),
  ];
}

function leaving(db: ReadDb, mount: string): readonly Leaving[] {
  return db
    .all<{ id: string; key_id: string; authority: string; certificate: string; retiring: number | null }>(
      `SELECT id, key_id, authority, certificate, json_extract(settings, '$.isRetiring') AS retiring
       FROM pki_issuer WHERE mount = ? AND
         (json_extract(settings, '$.isRetiring') = 1 OR json_extract(settings, '$.isCrossing') = 1)`,
      mount,
    )
    .map((row) => {
      const { notAfter } = readCertificate(fromBase64(row.certificate));
      const at = row.retiring === 1 ? Math.min(notAfter, lastEnd(db, mount, row.authority)) : notAfter;
      return { id: row.id, keyId: row.key_id, at };
    });
}
