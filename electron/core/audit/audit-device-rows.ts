import { z } from 'zod';
import { defineChange, type Migration } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';

export const auditDeviceMigration: Migration = {
  id: 'audit/001-devices',
  sql: `
    CREATE TABLE audit_devices (
      path TEXT NOT NULL PRIMARY KEY,
      uuid TEXT NOT NULL UNIQUE,
      type TEXT NOT NULL,
      description TEXT NOT NULL,
      options TEXT NOT NULL
    ) STRICT;`,
};

const device = z.strictObject({
  /** Ends with a slash. */
  path: z.string(),
  uuid: z.string(),
  type: z.string(),
  description: z.string(),
  options: z.record(z.string(), z.string()),
});

/** Where requests are written beside the ledger. */
export type AuditDevice = Readonly<z.infer<typeof device>>;

/** A device gets a line for each request and each answer from now on. */
export const auditDeviceEnabled = defineChange('audit/device-enabled@1', device, (db, one) =>
  db.run(
    'INSERT INTO audit_devices (path, uuid, type, description, options) VALUES (?, ?, ?, ?, ?)',
    one.path,
    one.uuid,
    one.type,
    one.description,
    JSON.stringify(one.options),
  ),
);

/** It gets no more; the ledger goes on. */
export const auditDeviceDisabled = defineChange(
  'audit/device-disabled@1',
  z.strictObject({ path: z.string() }),
  (db, { path }) => db.run('DELETE FROM audit_devices WHERE path = ?', path),
);

export const auditDeviceChanges = [auditDeviceEnabled, auditDeviceDisabled];

/** All devices, by path. */
export function auditDevices(db: ReadDb): readonly AuditDevice[] {
  return db
    .all<Omit<AuditDevice, 'options'> & { readonly options: string }>(
      'SELECT * FROM audit_devices ORDER BY path',
    )
    .map((row) => ({ ...row, options: JSON.parse(row.options) as Record<string, string> }));
}

/** The keyed hash that a device's own key is made of: one device's hashes say nothing about another's. */
export function deviceKeyText({ uuid }: Pick<AuditDevice, 'uuid'>): string {
  return `audit-device\n${uuid}`;
}
