import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import type { StateDb } from '../../vault/state-db.ts';

const instant = z.number().int();
const count = z.number().int().min(0);

const settingsBefore = {
  secretIdNumUses: count,
  secretIdTtl: count,
  tokenPolicies: z.array(z.string()),
  legacyPolicies: z.boolean(),
  tokenTtl: count,
  tokenMaxTtl: count,
  tokenExplicitMaxTtl: count,
  tokenNoDefaultPolicy: z.boolean(),
  tokenNumUses: count,
  tokenPeriod: count,
  tokenType: z.string(),
};
const role = { mount: z.string(), name: z.string(), roleId: z.string() };
const written = z.strictObject({
  ...role,
  settings: z.strictObject({
    ...settingsBefore,
    bindSecretId: z.boolean(),
    secretIdBoundCidrs: z.array(z.string()),
    tokenBoundCidrs: z.array(z.string()),
  }),
});

/** A role was made or changed, as older ledgers say it: bound by nothing but its secret-ids. */
export const roleWrittenBefore = defineChange(
  'approle/role-written@1',
  z.strictObject({ ...role, settings: z.strictObject(settingsBefore) }),
  (db, before, { time }) => writeRole(db, before, time),
);

/** A role was made or changed. */
export const roleWritten = defineChange('approle/role-written@2', written, (db, changed, { time }) =>
  writeRole(db, changed, time),
);

function writeRole(
  db: StateDb,
  {
    mount,
    name,
    roleId,
    settings,
  }: Omit<z.infer<typeof written>, 'settings'> & { readonly settings: object },
  time: number,
): void {
  db.run(
    `INSERT INTO approle_roles (mount, name, role_id, settings, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (mount, name) DO UPDATE SET role_id = excluded.role_id, settings = excluded.settings`,
    mount,
    name,
    roleId,
    JSON.stringify(settings),
    time,
  );
}

/** A role is gone, and all its secret-ids. */
export const roleDeleted = defineChange(
  'approle/role-deleted@1',
  z.strictObject({ mount: z.string(), name: z.string() }),
  (db, { mount, name }) => {
    db.run('DELETE FROM approle_secret_ids WHERE mount = ? AND role = ?', mount, name);
    db.run('DELETE FROM approle_roles WHERE mount = ? AND name = ?', mount, name);
  },
);

const secretId = {
  mount: z.string(),
  role: z.string(),
  hash: z.string(),
  accessor: z.string(),
  metadata: z.record(z.string(), z.string()),
  uses: count,
  ttl: count,
  expiresAt: instant.nullable(),
};
const made = z.strictObject({
  ...secretId,
  cidrList: z.array(z.string()),
  tokenBoundCidrs: z.array(z.string()),
});

/** A secret-id was made, as older ledgers say it: good from anywhere. */
export const secretIdCreatedBefore = defineChange(
  'approle/secret-id-created@1',
  z.strictObject(secretId),
  (db, before, { time }) => insertSecretId(db, { ...before, cidrList: [], tokenBoundCidrs: [] }, time),
);

/** A secret-id was made; the record knows its keyed hash and accessor alone. SECURITY(B2) */
export const secretIdCreated = defineChange('approle/secret-id-created@2', made, (db, created, { time }) =>
  insertSecretId(db, created, time),
);

function insertSecretId(db: StateDb, created: z.infer<typeof made>, time: number): void {
  db.run(
    `INSERT INTO approle_secret_ids (mount, hash, accessor, role, metadata, uses_left, ttl, created_at, updated_at,
       expires_at, cidr_list, token_bound_cidrs)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    created.mount,
    created.hash,
    created.accessor,
    created.role,
    JSON.stringify(created.metadata),
    created.uses,
    created.ttl,
    time,
    time,
    created.expiresAt,
    JSON.stringify(created.cidrList),
    JSON.stringify(created.tokenBoundCidrs),
  );
}

/** Secret-ids are gone: destroyed, expired, or their last use was made. */
export const secretIdsDestroyed = defineChange(
  'approle/secret-ids-destroyed@1',
  z.strictObject({
    mount: z.string(),
    accessors: z.array(z.string()),
    why: z.enum(['destroyed', 'expired', 'spent']),
  }),
  (db, { mount, accessors }) => {
    for (const accessor of accessors) {
      db.run('DELETE FROM approle_secret_ids WHERE mount = ? AND accessor = ?', mount, accessor);
    }
  },
);

/** An app logged in; a limited secret-id has one use less. */
export const appLoggedIn = defineChange(
  'approle/logged-in@1',
  z.strictObject({ mount: z.string(), role: z.string(), accessor: z.string() }),
  (db, { mount, role, accessor }, { time }) => {
    db.run('UPDATE approle_roles SET last_login_at = ? WHERE mount = ? AND name = ?', time, mount, role);
    db.run(
      `UPDATE approle_secret_ids SET uses_left = uses_left - 1, updated_at = ?
       WHERE mount = ? AND accessor = ? AND uses_left > 0`,
      time,
      mount,
      accessor,
    );
  },
);

/** The mount is gone with all its rows. */
export const approleUnmounted = defineChange(
  'approle/unmounted@1',
  z.strictObject({ mount: z.string() }),
  (db, { mount }) => {
    db.run('DELETE FROM approle_secret_ids WHERE mount = ?', mount);
    db.run('DELETE FROM approle_roles WHERE mount = ?', mount);
  },
);

export const approleChanges = [
  roleWrittenBefore,
  secretIdCreatedBefore,
  roleWritten,
  roleDeleted,
  secretIdCreated,
  secretIdsDestroyed,
  appLoggedIn,
  approleUnmounted,
];
