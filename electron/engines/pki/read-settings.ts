import type { ReadDb } from '../../vault/state-db.ts';

/** What settings are read of. */
export interface OfMount {
  readonly db: ReadDb;
  readonly mount: { readonly uuid: string };
}

/** Settings of the whole mount, as far as they were ever written. */
export function readSettings<T>({ db, mount }: OfMount, name: string): Partial<T> {
  const row = db.lookUp<{ settings: string }>(
    'SELECT settings FROM pki_config WHERE mount = ? AND name = ?',
    mount.uuid,
    name,
  );
  return row ? (JSON.parse(row.settings) as Partial<T>) : {};
}
