import { z } from 'zod';
import { defineChange, type Migration } from '../../../vault/change.ts';
import type { ReadDb } from '../../../vault/state-db.ts';

export const hookMigration: Migration = {
  id: 'kv-hooks/001-hooks',
  sql: `
    CREATE TABLE kv_rotation_hook (
      mount TEXT NOT NULL,
      name TEXT NOT NULL,
      hook TEXT NOT NULL,
      PRIMARY KEY (mount, name)
    ) STRICT;`,
};

const reach = z.strictObject({
  /** Paths of secrets, `*` at the end standing for anything. */
  allowedSecrets: z.array(z.string()),
  /** Seconds that one step may take. */
  timeout: z.number().int().positive(),
});
const hook = z.discriminatedUnion('kind', [
  reach.extend({ kind: z.literal('program'), program: z.string(), args: z.array(z.string()) }),
  reach.extend({ kind: z.literal('http'), url: z.string(), ca: z.string() }),
]);

/** Who makes a target take a new value: fixed by somebody with sudo, used by name. */
export type Hook = z.output<typeof hook>;

const named = z.strictObject({ mount: z.string(), name: z.string() });

/** A hook was written. */
export const KV_HOOK_WRITTEN = defineChange(
  'kv/rotation-hook-written@1',
  named.extend({ hook }),
  (db, data) =>
    db.run(
      'INSERT OR REPLACE INTO kv_rotation_hook VALUES (?, ?, ?)',
      data.mount,
      data.name,
      JSON.stringify(data.hook),
    ),
);

/** A hook is gone; what used it is held up until it uses another. */
export const KV_HOOK_REMOVED = defineChange('kv/rotation-hook-removed@1', named, (db, data) =>
  db.run('DELETE FROM kv_rotation_hook WHERE mount = ? AND name = ?', data.mount, data.name),
);

/** The mount is gone with its hooks. */
export const KV_HOOKS_REMOVED = defineChange(
  'kv/rotation-hooks-removed@1',
  z.strictObject({ mount: z.string() }),
  (db, { mount }) => db.run('DELETE FROM kv_rotation_hook WHERE mount = ?', mount),
);

/** The hook of that name, if there is one. */
export function findHook(db: ReadDb, mount: string, name: string): Hook | undefined {
  const row = db.get<{ hook: string }>(
    'SELECT hook FROM kv_rotation_hook WHERE mount = ? AND name = ?',
    mount,
    name,
  );
  return row && (JSON.parse(row.hook) as Hook);
}

/** The names of a mount's hooks, sorted. */
export function hookNames(db: ReadDb, mount: string): string[] {
  return db
    .all<{ name: string }>('SELECT name FROM kv_rotation_hook WHERE mount = ? ORDER BY name', mount)
    .map(({ name }) => name);
}

/** Whether a hook may be used for a secret: what it is told there it does at its target. */
export function allowsSecret(hook: Hook, path: string): boolean {
  return hook.allowedSecrets.some((pattern) =>
    pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern,
  );
}
