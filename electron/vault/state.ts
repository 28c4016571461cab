import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { hashSealedValue } from '../crypto/sealed-value.ts';
import type { ChangeDefinition, Migration, StateSchema } from './change.ts';
import type { DatabaseImage, FrozenImage } from './database-image.ts';
import { homeMigration, homeMoved } from './home-records.ts';
import { slotMigration, slotsChanged } from './slot-records.ts';
import { SqlDatabase } from './sql-database.ts';
import type { ReadDb } from './state-db.ts';
import { tailCut } from './tail-cut.ts';
import { compacted, trimmed } from './upkeep-changes.ts';
import { lingeringMigration, valueForgotten, valueMigration } from './value-changes.ts';
import type { LedgerRecord, ValueHash } from './vault.ts';

/** Around one batch, and around one turn within it. */
type Savepoint = 'batch' | 'turn';

const BEGIN = { batch: 'SAVEPOINT batch', turn: 'SAVEPOINT turn' } as const;
const RELEASE = { batch: 'RELEASE batch', turn: 'RELEASE turn' } as const;
const ROLL_BACK = { batch: 'ROLLBACK TO batch', turn: 'ROLLBACK TO turn' } as const;

/**
 * All that decisions need, in memory. It changes only by applying the changes of records, in their order;
 * applying the same records to an empty state gives the same state, always.
 */
export class State {
  readonly #db: SqlDatabase;
  readonly #changes = new Map<string, ChangeDefinition>();
  /** Savepoints that nothing was written in yet, behind those that SQLite knows: most turns only read. */
  readonly #pending: Savepoint[] = [];

  private constructor(db: SqlDatabase, schema: StateSchema) {
    this.#db = db;
    for (const change of [
      valueForgotten,
      tailCut,
      compacted,
      trimmed,
      slotsChanged,
      homeMoved,
      ...schema.changes,
    ]) {
      if (this.#changes.has(change.type)) throw new TypeError(`two definitions of ${change.type}`);
      this.#changes.set(change.type, change);
    }
    this.#migrate([valueMigration, lingeringMigration, slotMigration, homeMigration, ...schema.migrations]);
  }

  /** An empty state, or one over a snapshot's image. Throws `vault-newer` when the image knows more than we do. */
  static async open(schema: StateSchema, image?: DatabaseImage): Promise<State> {
    const db = await SqlDatabase.open(image);
    try {
      return new State(db, schema);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  get reading(): ReadDb {
    return this.#db;
  }

  /**
   * Applies one record. Throws `vault-newer` for a change that nobody here knows,
   * and the schema's own error for one that is not what its type says.
   */
  apply(record: LedgerRecord): void {
    if (record.changes.length > 0) this.#openPending();
    for (const { type, data } of record.changes) {
      const change = this.#changes.get(type);
      if (!change) {
        throw new KeywardenError(
          'vault-newer',
          `Record ${record.sequence} holds a change (${type}) that this version of Keywarden does not know.`,
        );
      }
      change.apply(this.#db, change.schema.parse(data), { sequence: record.sequence, time: record.time });
    }
  }

  /** `batch` is the first record of the batch that carries the value. */
  keepValue(sealed: Uint8Array, batch: number): ValueHash {
    const hash = hashSealedValue(sealed) as ValueHash;
    this.#openPending();
    this.#db.run(
      'INSERT OR IGNORE INTO vault_values (hash, sealed, batch) VALUES (?, ?, ?)',
      hash,
      sealed,
      batch,
    );
    return hash;
  }

  sealedValue(hash: ValueHash): Uint8Array | undefined {
    return this.#db.lookUp<{ sealed: Uint8Array }>('SELECT sealed FROM vault_values WHERE hash = ?', hash)
      ?.sealed;
  }

  /** From here on all can be undone. SQLite hears of it with the first write. */
  begin(savepoint: Savepoint): void {
    this.#pending.push(savepoint);
  }

  keep(savepoint: Savepoint): void {
    if (!this.#dropPending(savepoint)) this.#db.run(RELEASE[savepoint]);
  }

  undo(savepoint: Savepoint): void {
    if (this.#dropPending(savepoint)) return;
    this.#db.run(ROLL_BACK[savepoint]);
    this.#db.run(RELEASE[savepoint]);
  }

  #openPending(): void {
    for (const savepoint of this.#pending) this.#db.run(BEGIN[savepoint]);
    this.#pending.length = 0;
  }

  /** True where the savepoint was the innermost and nothing was written in it. */
  #dropPending(savepoint: Savepoint): boolean {
    if (this.#pending.at(-1) !== savepoint) return false;
    this.#pending.pop();
    return true;
  }

  /** The SQLite image of this moment, for a snapshot: costs nothing now. Only between batches. */
  freeze(): FrozenImage {
    return this.#db.freeze();
  }

  close(): void {
    this.#db.close();
  }

  #migrate(known: readonly Migration[]): void {
    this.#db.execute('CREATE TABLE IF NOT EXISTS vault_migrations (id TEXT NOT NULL PRIMARY KEY) STRICT;');
    const done = new Set(this.#db.all<{ id: string }>('SELECT id FROM vault_migrations').map(({ id }) => id));
    for (const id of done) {
      if (!known.some((migration) => migration.id === id)) throw new KeywardenError('vault-newer');
    }
    for (const { id, sql } of [...known].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      if (done.has(id)) continue;
      // `revisionOf` sees what statements and triggers write, but not what foreign keys do.
      if (/\b(?:CASCADE|SET (?:NULL|DEFAULT))\b/i.test(sql)) throw new TypeError(`${id} lets keys write`);
      // A deferred constraint would fail when the batch is released, and by then its frame is durable.
      if (/\bDEFERRED\b/i.test(sql)) throw new TypeError(`${id} defers a constraint`);
      this.#db.execute(`BEGIN;\n${sql}\n;`);
      this.#db.run('INSERT INTO vault_migrations (id) VALUES (?)', id);
      this.#db.execute('COMMIT;');
    }
  }
}
