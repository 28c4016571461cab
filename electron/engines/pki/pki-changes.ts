import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import { pkiRole } from './role-fields.ts';

const ofMount = z.strictObject({ mount: z.string() });
const named = z.strictObject({ mount: z.string(), name: z.string() });
const instant = z.number().int();

/** The mount has an authority now, or its certificate was renewed. */
export const ISSUER_SET = defineChange(
  'pki/issuer-set@1',
  ofMount.extend({ id: z.string(), certificate: z.string(), chain: z.array(z.string()), key: z.string() }),
  (db, { mount, id, certificate, chain, key }) => {
    db.run(
      'INSERT OR REPLACE INTO pki_issuer (mount, id, certificate, chain, key) VALUES (?, ?, ?, ?, ?)',
      mount,
      id,
      certificate,
      JSON.stringify(chain),
      key,
    );
    db.run('DELETE FROM pki_pending_key WHERE mount = ?', mount);
    db.run('UPDATE pki_crl SET stale = 1 WHERE mount = ?', mount);
  },
);

/** The authority is gone; what it has issued is remembered. */
export const ISSUER_REMOVED = defineChange('pki/issuer-removed@1', ofMount, (db, { mount }) => {
  db.run('DELETE FROM pki_issuer WHERE mount = ?', mount);
  db.run('DELETE FROM pki_pending_key WHERE mount = ?', mount);
});

/** A key waits for its certificate from another authority. */
export const KEY_PENDING = defineChange(
  'pki/key-pending@1',
  ofMount.extend({ id: z.string(), key: z.string() }),
  (db, { mount, id, key }) =>
    db.run('INSERT OR REPLACE INTO pki_pending_key (mount, id, key) VALUES (?, ?, ?)', mount, id, key),
);

/** Settings of the whole mount: `urls` or `crl`. */
export const PKI_CONFIGURED = defineChange(
  'pki/configured@1',
  named.extend({ settings: z.record(z.string(), z.unknown()) }),
  (db, { mount, name, settings }) => {
    db.run(
      'INSERT OR REPLACE INTO pki_config (mount, name, settings) VALUES (?, ?, ?)',
      mount,
      name,
      JSON.stringify(settings),
    );
    db.run('UPDATE pki_crl SET stale = 1 WHERE mount = ?', mount);
  },
);

/** A role was written. */
export const PKI_ROLE_WRITTEN = defineChange(
  'pki/role-written@1',
  named.extend({ role: pkiRole }),
  (db, { mount, name, role }) =>
    db.run(
      'INSERT OR REPLACE INTO pki_role (mount, name, settings) VALUES (?, ?, ?)',
      mount,
      name,
      JSON.stringify(role),
    ),
);

/** A role is gone; what was issued under it stays good. */
export const PKI_ROLE_REMOVED = defineChange('pki/role-removed@1', named, (db, { mount, name }) =>
  db.run('DELETE FROM pki_role WHERE mount = ? AND name = ?', mount, name),
);

/** A certificate was signed and is remembered. */
export const CERTIFICATE_ISSUED = defineChange(
  'pki/certificate-issued@1',
  ofMount.extend({ serial: z.string(), issuer: z.string(), certificate: z.string(), notAfter: instant }),
  (db, { mount, serial, issuer, certificate, notAfter }) =>
    db.run(
      `INSERT OR IGNORE INTO pki_certificate (mount, serial, issuer, certificate, not_after, revoked_at)
       VALUES (?, ?, ?, ?, ?, NULL)`,
      mount,
      serial,
      issuer,
      certificate,
      notAfter,
    ),
);

/** It is not to be trusted any more: the next list that is read says so. */
export const CERTIFICATE_REVOKED = defineChange(
  'pki/certificate-revoked@1',
  ofMount.extend({ serial: z.string(), at: instant }),
  (db, { mount, serial, at }) => {
    db.run(
      'UPDATE pki_certificate SET revoked_at = ? WHERE mount = ? AND serial = ? AND revoked_at IS NULL',
      at,
      mount,
      serial,
    );
    db.run('UPDATE pki_crl SET stale = 1 WHERE mount = ?', mount);
  },
);

/** A list of revoked certificates was signed. */
export const CRL_SIGNED = defineChange(
  'pki/crl-signed@1',
  ofMount.extend({ issuer: z.string(), number: z.number().int(), nextUpdate: instant, list: z.string() }),
  (db, { mount, issuer, number, nextUpdate, list }) =>
    db.run(
      'INSERT OR REPLACE INTO pki_crl (mount, issuer, number, next_update, stale, list) VALUES (?, ?, ?, ?, 0, ?)',
      mount,
      issuer,
      number,
      nextUpdate,
      list,
    ),
);

/** Certificates that ended before an instant are forgotten: all, or only those that were (or were not) revoked. */
export const CERTIFICATES_TIDIED = defineChange(
  'pki/certificates-tidied@1',
  ofMount.extend({ endedBefore: instant, valid: z.boolean(), revoked: z.boolean() }),
  (db, { mount, endedBefore, valid, revoked }) => {
    const where = 'mount = ? AND not_after < ?';
    if (valid)
      db.run(`DELETE FROM pki_certificate WHERE ${where} AND revoked_at IS NULL`, mount, endedBefore);
    if (revoked) {
      db.run(`DELETE FROM pki_certificate WHERE ${where} AND revoked_at IS NOT NULL`, mount, endedBefore);
      db.run('UPDATE pki_crl SET stale = 1 WHERE mount = ?', mount);
    }
  },
);

/** The mount is gone with everything in it. */
export const PKI_UNMOUNTED = defineChange('pki/unmounted@1', ofMount, (db, { mount }) => {
  for (const table of ['issuer', 'pending_key', 'config', 'role', 'certificate', 'crl']) {
    db.run(`DELETE FROM pki_${table} WHERE mount = ?`, mount);
  }
});

export const PKI_CHANGES = [
  ISSUER_SET,
  ISSUER_REMOVED,
  KEY_PENDING,
  PKI_CONFIGURED,
  PKI_ROLE_WRITTEN,
  PKI_ROLE_REMOVED,
  CERTIFICATE_ISSUED,
  CERTIFICATE_REVOKED,
  CRL_SIGNED,
  CERTIFICATES_TIDIED,
  PKI_UNMOUNTED,
];
