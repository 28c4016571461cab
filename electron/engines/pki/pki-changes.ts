import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import { pkiRole } from './role-fields.ts';

const ofMount = z.strictObject({ mount: z.string() });
const named = z.strictObject({ mount: z.string(), name: z.string() });
const instant = z.number().int();

/** Settings of the whole mount: `urls`, `crl`, `issuers` or `auto-tidy`. */
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
    if (name === 'crl') db.run('UPDATE pki_crl SET stale = 1 WHERE mount = ?', mount);
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

/** A certificate was signed and is remembered. `issuer` is the authority that has signed it, or '' where it is none of ours. */
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

/** A certificate was signed that nobody remembers (`no_store`): until then its authority may be needed. */
export const UNKEPT_ISSUED = defineChange(
  'pki/unkept-issued@1',
  ofMount.extend({ authority: z.string(), notAfter: instant }),
  (db, { mount, authority, notAfter }) =>
    db.run(
      `INSERT OR REPLACE INTO pki_unkept (mount, authority, ends) VALUES (?, ?, max(?, coalesce(
         (SELECT ends FROM pki_unkept WHERE mount = ? AND authority = ?), 0)))`,
      mount,
      authority,
      notAfter,
      mount,
      authority,
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
    db.run(
      `UPDATE pki_crl SET stale = 1 WHERE mount = ?
         AND authority = (SELECT issuer FROM pki_certificate WHERE mount = ? AND serial = ?)`,
      mount,
      mount,
      serial,
    );
  },
);

/** A list of revoked certificates was signed, as it followed from the state then. */
export const CRL_SIGNED = defineChange(
  'pki/crl-signed@2',
  ofMount.extend({
    authority: z.string(),
    number: z.number().int(),
    thisUpdate: instant,
    nextUpdate: instant,
    signature: z.string(),
  }),
  (db, { mount, authority, number, thisUpdate, nextUpdate, signature }) =>
    db.run(
      `INSERT OR REPLACE INTO pki_crl (mount, authority, number, this_update, next_update, stale, signature)
       VALUES (?, ?, ?, ?, ?, 0, ?)`,
      mount,
      authority,
      number,
      thisUpdate,
      nextUpdate,
      signature,
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
      // Only a list that was still naming one of them has to be made anew.
      db.run(
        `UPDATE pki_crl SET stale = 1 WHERE mount = ? AND EXISTS (SELECT 1 FROM pki_certificate AS gone
           WHERE gone.mount = pki_crl.mount AND gone.issuer = pki_crl.authority AND gone.revoked_at IS NOT NULL
             AND gone.not_after < ? AND gone.not_after >= 2 * pki_crl.this_update - pki_crl.next_update)`,
        mount,
        endedBefore,
      );
      db.run(`DELETE FROM pki_certificate WHERE ${where} AND revoked_at IS NOT NULL`, mount, endedBefore);
    }
  },
);

/** A mount was tidied by itself. */
export const MOUNT_TIDIED = defineChange(
  'pki/mount-tidied@1',
  ofMount.extend({ at: instant }),
  (db, { mount, at }) => db.run('INSERT OR REPLACE INTO pki_tidied (mount, at) VALUES (?, ?)', mount, at),
);

/** The mount is gone with everything in it. */
export const PKI_UNMOUNTED = defineChange('pki/unmounted@1', ofMount, (db, { mount }) => {
  for (const table of ['issuer', 'key', 'config', 'role', 'certificate', 'crl', 'unkept', 'tidied']) {
    db.run(`DELETE FROM pki_${table} WHERE mount = ?`, mount);
  }
});

export const PKI_CHANGES = [
  PKI_CONFIGURED,
  PKI_ROLE_WRITTEN,
  PKI_ROLE_REMOVED,
  CERTIFICATE_ISSUED,
  UNKEPT_ISSUED,
  CERTIFICATE_REVOKED,
  CRL_SIGNED,
  CERTIFICATES_TIDIED,
  MOUNT_TIDIED,
  PKI_UNMOUNTED,
];
