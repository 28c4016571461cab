import type { z } from 'zod';
import type { StateDb } from './state-db.ts';

/** A typed domain event: the only thing that can change the state. Data is plain JSON; sealed values are named by hash. */
export interface Change {
  /** `domain/what-happened@version`, such as `kv/version-written@1`. */
  readonly type: string;
  readonly data: unknown;
}

/** What a change may know of the record that carries it. */
export interface ApplyContext {
  readonly sequence: number;
  /** Vault time of the record, in milliseconds since 1970. */
  readonly time: number;
}

/** How a change is checked and applied. `apply` is a pure function of (state, change, context): replaying must give the same state. */
export interface ChangeDefinition<T = unknown> {
  readonly type: string;
  /** Checks for `T`; typed loosely so that definitions of all kinds stand in one list (`ChangeDefinition<never>[]`). */
  readonly schema: z.ZodType;
  apply(db: StateDb, data: T, context: ApplyContext): void;
  /** Makes a change of this type. */
  make(data: T): Change;
}

/** Defines a change; the type name carries its version, so that old ledgers replay for ever. */
export function defineChange<T>(
  type: `${string}/${string}@${number}`,
  schema: z.ZodType<T>,
  apply: (db: StateDb, data: T, context: ApplyContext) => void,
): ChangeDefinition<T> {
  return { type, schema, apply, make: (data) => ({ type, data }) };
}

/** One numbered step of the state's shape: run once, in order of id, never edited again. */
export interface Migration {
  /** `domain/001-what`, sorted within its domain. */
  readonly id: string;
  /** Statements; ids of different domains touch different tables. */
  readonly sql: string;
}

/** All that the vault must know of the domain: handed in by `keywarden.ts`, because the vault knows none itself. */
export interface StateSchema {
  readonly changes: readonly ChangeDefinition<never>[];
  readonly migrations: readonly Migration[];
}
