import type { Change } from '../../vault/change.ts';
import type { ReadDb } from '../../vault/state-db.ts';

/** One kind of thing that ends on time. */
export interface Deadlines {
  /** The soonest end in the state, in milliseconds since 1970. */
  next(db: ReadDb): number | undefined;
  /** What ends everything that is overdue. */
  overdue(turn: { readonly db: ReadDb; readonly now: number; readonly requestId: string }): readonly Change[];
  /** What a former process left half done; asked once, ahead of the first `overdue`. */
  leftOver?(turn: {
    readonly db: ReadDb;
    readonly now: number;
    readonly requestId: string;
  }): readonly Change[];
}

/** The smallest value of a column, for `next`. */
export function soonest(db: ReadDb, sql: string): number | undefined {
  return db.get<{ at: number | null }>(sql)?.at ?? undefined;
}
