import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';

/** `hash` is the keyed hash of a password: nobody can read it back out of the state. */
export const OTP_MIGRATION: Migration = {
  id: 'ssh/003-otp',
  sql: `
    CREATE TABLE ssh_otp_role (
      mount TEXT NOT NULL,
      name TEXT NOT NULL,
      settings TEXT NOT NULL,
      PRIMARY KEY (mount, name)
    ) STRICT;
    CREATE TABLE ssh_otp (
      mount TEXT NOT NULL,
      hash TEXT NOT NULL,
      role TEXT NOT NULL,
      username TEXT NOT NULL,
      ip TEXT NOT NULL,
      PRIMARY KEY (mount, hash)
    ) STRICT;
  `,
};

const ofMount = z.strictObject({ mount: z.string() });
const named = z.strictObject({ mount: z.string(), name: z.string() });

/** To which hosts passwords of a role let in, and as whom. */
export const otpRole = z.strictObject({
  default_user: z.string(),
  allowed_users: z.array(z.string()),
  cidr_list: z.array(z.string()),
  exclude_cidr_list: z.array(z.string()),
  port: z.number().int(),
});
export type OtpRole = z.output<typeof otpRole>;

export const OTP_ROLE_WRITTEN = defineChange(
  'ssh/otp-role-written@1',
  named.extend({ role: otpRole }),
  (db, { mount, name, role }) => {
    db.run('DELETE FROM ssh_role WHERE mount = ? AND name = ?', mount, name);
    db.run('INSERT OR REPLACE INTO ssh_otp_role VALUES (?, ?, ?)', mount, name, JSON.stringify(role));
  },
);

export const OTP_ROLE_REMOVED = defineChange('ssh/otp-role-removed@1', named, (db, { mount, name }) =>
  db.run('DELETE FROM ssh_otp_role WHERE mount = ? AND name = ?', mount, name),
);

/** A password is good from here on. */
export const OTP_ISSUED = defineChange(
  'ssh/otp-issued@1',
  ofMount.extend({ hash: z.string(), role: z.string(), username: z.string(), ip: z.string() }),
  (db, { mount, hash, role, username, ip }) =>
    db.run('INSERT INTO ssh_otp VALUES (?, ?, ?, ?, ?)', mount, hash, role, username, ip),
);

/** It was used, or its lease has ended. */
export const OTP_ENDED = defineChange(
  'ssh/otp-ended@1',
  ofMount.extend({ hash: z.string() }),
  (db, { mount, hash }) => db.run('DELETE FROM ssh_otp WHERE mount = ? AND hash = ?', mount, hash),
);

/** The mount is gone. */
export const OTPS_UNMOUNTED = defineChange('ssh/otps-unmounted@1', ofMount, (db, { mount }) => {
  db.run('DELETE FROM ssh_otp_role WHERE mount = ?', mount);
  db.run('DELETE FROM ssh_otp WHERE mount = ?', mount);
});

export const OTP_CHANGES = [OTP_ROLE_WRITTEN, OTP_ROLE_REMOVED, OTP_ISSUED, OTP_ENDED, OTPS_UNMOUNTED];
