import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import { sshRole } from './role-fields.ts';

const ofMount = z.strictObject({ mount: z.string() });
const named = z.strictObject({ mount: z.string(), name: z.string() });

/** The mount has an authority now. */
export const SSH_CA_SET = defineChange(
  'ssh/ca-set@1',
  ofMount.extend({ id: z.string(), publicKey: z.string(), key: z.string() }),
  (db, { mount, id, publicKey, key }) =>
    db.run(
      'INSERT OR REPLACE INTO ssh_ca (mount, id, public_key, key) VALUES (?, ?, ?, ?)',
      mount,
      id,
      publicKey,
      key,
    ),
);

/** It is gone; what it has signed stays good until its end. */
export const SSH_CA_REMOVED = defineChange('ssh/ca-removed@1', ofMount, (db, { mount }) => {
  db.run('DELETE FROM ssh_ca WHERE mount = ?', mount);
  db.run('DELETE FROM ssh_other_key WHERE mount = ?', mount);
});

const key = z.strictObject({ id: z.string(), publicKey: z.string(), key: z.string() });

/** A next key is there. The one that was next until now signs from here on, and the former is remembered by its public half. */
export const SSH_CA_ROTATED = defineChange(
  'ssh/ca-rotated@1',
  ofMount.extend({ next: key, promoted: z.string().nullable(), expiresAt: z.number().int() }),
  (db, { mount, next, promoted, expiresAt }, { time }) => {
    db.run("DELETE FROM ssh_other_key WHERE mount = ? AND stage = 'former' AND expires_at <= ?", mount, time);
    if (promoted !== null) {
      db.run(
        `INSERT INTO ssh_other_key (mount, id, stage, public_key, key, expires_at)
         SELECT mount, id, 'former', public_key, NULL, ? FROM ssh_ca WHERE mount = ?`,
        expiresAt,
        mount,
      );
      db.run(
        `INSERT OR REPLACE INTO ssh_ca (mount, id, public_key, key)
         SELECT mount, id, public_key, key FROM ssh_other_key WHERE mount = ? AND id = ?`,
        mount,
        promoted,
      );
      db.run('DELETE FROM ssh_other_key WHERE mount = ? AND id = ?', mount, promoted);
    }
    db.run(
      "INSERT INTO ssh_other_key (mount, id, stage, public_key, key, expires_at) VALUES (?, ?, 'next', ?, ?, NULL)",
      mount,
      next.id,
      next.publicKey,
      next.key,
    );
  },
);

/** A role was written. */
export const SSH_ROLE_WRITTEN = defineChange(
  'ssh/role-written@1',
  named.extend({ role: sshRole }),
  (db, { mount, name, role }) =>
    db.run(
      'INSERT OR REPLACE INTO ssh_role (mount, name, settings) VALUES (?, ?, ?)',
      mount,
      name,
      JSON.stringify(role),
    ),
);

/** A role is gone. */
export const SSH_ROLE_REMOVED = defineChange('ssh/role-removed@1', named, (db, { mount, name }) =>
  db.run('DELETE FROM ssh_role WHERE mount = ? AND name = ?', mount, name),
);

/** The mount is gone with everything in it. */
export const SSH_UNMOUNTED = defineChange('ssh/unmounted@1', ofMount, (db, { mount }) => {
  db.run('DELETE FROM ssh_ca WHERE mount = ?', mount);
  db.run('DELETE FROM ssh_other_key WHERE mount = ?', mount);
  db.run('DELETE FROM ssh_role WHERE mount = ?', mount);
});
