import type { Change, ChangeDefinition, Migration } from '../vault/change.ts';
import type { LeaseLifecycle } from './leases/lease-lifecycle.ts';
import type { Mount } from './mounts/mount.ts';
import type { Reconciler } from './reconcile/reconcile-lifecycle.ts';
import type { RotationLifecycle } from './rotation/rotation-lifecycle.ts';
import type { Route } from './route.ts';
import type { Deadlines } from './scheduler/deadlines.ts';
import type { ReadTurn } from './turn.ts';

/**
 * What serves a mount: a secrets engine, an auth method, or `sys`. Its parts lie beside it: routes, what they decide, what they reply, and how leases end.
 *
 * An engine is plain data and functions. It keeps nothing in memory that matters: all it knows is in the state,
 * and the state changes only through the changes that it returns.
 */
export interface Engine {
  /** `kv`, `database`, `approle`, `token`, `system`, … */
  readonly type: string;
  /** An auth method: it is mounted below `auth/`, and nowhere else. */
  readonly isAuth?: true;
  readonly changes: readonly ChangeDefinition<never>[];
  readonly migrations: readonly Migration[];
  readonly routes: readonly Route[];
  /** Engines that lease credentials say how one ends and renews. */
  readonly leases?: LeaseLifecycle;
  /** Engines whose values are rotated say how: create, set, test, finish. */
  readonly rotations?: RotationLifecycle;
  /** Engines whose credentials can be found at their targets say how. */
  readonly reconcile?: Reconciler;
  /** Engines in which things end that are no leases say which. `trustedNow` does not jump with the clock. */
  deadlines?(trustedNow: () => number): Deadlines;
  /** Called inside the turn that mounts it; what must be there from the start. */
  mounted?(turn: ReadTurn, mount: Mount): readonly Change[];
  /** Called inside the turn that unmounts it, when its leases are already dead. Removes all its rows. */
  unmounted?(turn: ReadTurn, mount: Mount): readonly Change[];
}
