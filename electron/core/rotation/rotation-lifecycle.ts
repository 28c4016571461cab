import type { Change } from '../../vault/change.ts';
import type { ValueContext, ValueHash } from '../../vault/vault.ts';
import type { Mount } from '../mounts/mount.ts';
import type { CorePorts } from '../ports.ts';
import type { VaultSigner } from '../signing/vault-signer.ts';
import type { ReadTurn } from '../turn.ts';

/** Something that gets a new value now and then, as its engine sees it. */
export interface Rotation {
  readonly id: string;
  /** One run of it: effects at the target are idempotent by this. */
  readonly runId: string;
  readonly mount: Mount;
  /** The engine's own name for what is rotated; one rotation for each in a mount. */
  readonly subject: string;
  /** For people and for whoever looks: `database-static-role`, `kv-generator`, … */
  readonly kind: string;
  /** What the engine wants to know again, as plain JSON without secrets. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970; null before the first time. */
  readonly lastRotatedAt: number | null;
  /** The former value's deadline has come: it is retired whoever still uses it. */
  readonly isLate: boolean;
}

/** What a rotation's steps get in their turns. */
export interface RotationTurn extends ReadTurn {
  readonly random: CorePorts['random'];
  sealValue(plaintext: Uint8Array, context: ValueContext): ValueHash;
  revealValue(hash: ValueHash, context: ValueContext): Uint8Array;
  /** Whether a token that was seen before lives: by its accessor. */
  isTokenAlive(accessor: string): boolean;
  /** Signs in the vault's name; may be kept for the work. */
  signer(): VaultSigner;
}

/** What a step does outside of the loop. Throws `target-unavailable` with a reason that is safe to show; it is tried again. */
export type RotationWork<T> = (signal: AbortSignal) => Promise<T>;

/** Only a person can bring the new value; these are the instructions. */
export interface AsksPerson {
  readonly asks: string;
  /**
   * What is made for that person first, outside of the loop, such as a key whose request somebody else signs; and what it
   * leaves in the engine's own tables, in the record that asks.
   */
  readonly first?: {
    readonly make: RotationWork<Uint8Array>;
    leaves(turn: RotationTurn, made: Uint8Array): readonly Change[];
  };
}

/** What came of trying the new value at the target. Not knowing is neither: it is thrown. */
export type Tested =
  | { readonly accepted: true; readonly checks: readonly string[] }
  /** `final`: we have changed nothing at the target, so there is nothing to set again or to put back. */
  | { readonly accepted: false; readonly reason: string; readonly final?: true };

/** What finishing leaves. */
export interface Finished {
  /** Make the new value the current one and forget the old. */
  readonly changes: readonly Change[];
  /** The former value still opens the door: it is retired when nobody has used it for `quietFor` milliseconds, or at `by`. */
  readonly retire?: { readonly by: number; readonly quietFor: number };
}

/**
 * How an engine's rotations go: create -> set -> test -> finish, then retire where two values overlap.
 *
 * Core keeps the table and the order: each step is durable before the next begins, the new value is sealed before the target
 * hears of it, and what a crash interrupts is done again from the step that it interrupted. So `set`, `revert` and `retire`
 * must bear being done twice. Each of them reads in its turn what it needs and returns the work.
 *
 * Keys that live in the vault alone (a CA's, a transit key's) have nobody to tell: such an engine leaves `set` and `test`
 * out, makes the key in `create` (outside of the loop, so it may take its time) and puts it into its tables in `finish`.
 * An engine starts with `registerRotation` in the changes of whatever request makes the thing, and `removeRotation` where
 * that goes; `findRotationOf` says how it stands and when it is due next.
 */
export interface RotationLifecycle {
  /** A key that names the target, so that targets do not wait for one another. */
  target(rotation: Rotation): string;
  /** When those who read get the new value: as soon as the target takes it, where it takes no other then; else at the end. */
  readersSee?(rotation: Rotation): 'set' | 'finish';
  /** Makes the new value. Nothing outside may change by it. */
  create(turn: RotationTurn, rotation: Rotation): RotationWork<Uint8Array> | AsksPerson;
  /** Makes the target take the new value. */
  set?(turn: RotationTurn, rotation: Rotation, next: Uint8Array): RotationWork<void>;
  /** Tries the new value at the target. */
  test?(turn: RotationTurn, rotation: Rotation, next: Uint8Array): RotationWork<Tested>;
  /** Inside the turn that records the test: the new value becomes the current one. */
  finish(turn: RotationTurn, rotation: Rotation, next: Uint8Array): Finished;
  /** Makes the target take the old value again, where there is one; undefined: there is no way back, `set` is tried again. */
  revert?(turn: RotationTurn, rotation: Rotation, next: Uint8Array): RotationWork<void> | undefined;
  /** Who still uses the former value, in words; undefined: nobody that can be seen. */
  inUse?(turn: RotationTurn, rotation: Rotation): RotationWork<string | undefined>;
  /** Makes the former value open nothing any more. Resolves with what was done, in words. */
  retire?(turn: RotationTurn, rotation: Rotation): RotationWork<readonly string[]>;
}
