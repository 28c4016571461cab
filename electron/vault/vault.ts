/**
 * The vault: what core sees of it. It keeps records in a ledger that only grows, and a state that follows from them;
 * nothing reaches either but through turns, nothing is answered before it is durable, and nothing lies on the disk in plain.
 * It knows no domain: changes and migrations are handed in.
 */
import type { Change } from './change.ts';
import type { Quarantine } from './quarantine.ts';
import type { ReadDb } from './state-db.ts';

/** Names one sealed value: the SHA-256 of its sealed bytes, in hex. */
export type ValueHash = string & { readonly brand: 'ValueHash' };

/** What a sealed value is bound to: moved anywhere else it does not open. Never its path, because mounts move. */
export interface ValueContext {
  readonly mount: string;
  readonly owner: string;
  readonly version: number;
}

/** Who asked, for the record. */
export interface Actor {
  /** `token`, `desktop`, `scheduler`, `stranger`, `vault` */
  readonly kind: string;
  /** A token's accessor, a member's name; never a secret. */
  readonly id: string;
  readonly name: string;
}

/** One record before the vault numbers and chains it. */
export interface RecordDraft {
  readonly actor: Actor;
  readonly operation: string;
  readonly path: string;
  /** `ok`, a code of shared/errors, or `started` where a second record with the same request id closes it. */
  readonly outcome: string;
  readonly requestId: string;
  readonly changes: readonly Change[];
  /** Must not wait for room on the disk: revoking, expiry, sealing. Not part of what is written. */
  readonly urgent?: boolean;
}

/** A record as the ledger holds it. */
export interface LedgerRecord extends Omit<RecordDraft, 'urgent'> {
  readonly sequence: number;
  /** Vault time in milliseconds since 1970: never before the record ahead of it. */
  readonly time: number;
}

/**
 * One turn of the commit loop: synchronous, alone, inside its own savepoint. A throw undoes the whole turn.
 * It must not be kept past the call that received it.
 */
export interface Turn {
  readonly db: ReadDb;
  /** Vault time in milliseconds: max(wall clock, time of the last record). */
  readonly now: number;
  /** Seals a value; its bytes travel with the next record and stay in the state until `forgetValue` is recorded. */
  sealValue(plaintext: Uint8Array, context: ValueContext): ValueHash;
  /** Opens one sealed value. Throws `vault-damaged` when it does not authenticate. */
  revealValue(hash: ValueHash, context: ValueContext): Uint8Array;
  /** The keyed hash under which a token or a secret-id is stored: HMAC-SHA-256, hex. SECURITY(B2) */
  keyedHash(text: string): string;
  /** 32 secret bytes to sign with in the vault's name, the same for as long as it lives; the caller zero-fills them. */
  signingSeed(): Uint8Array;
  /** Applies the record's changes to the state now, and writes it with this batch. */
  record(draft: RecordDraft): void;
}

/** A change that core and engines may use to erase a sealed value: type and shape are the vault's own. */
export const FORGET_VALUE = 'vault/value-forgotten@1';

/** Which records are asked for; all that is given must fit. */
export interface RecordQuery {
  /** `false` asks for the oldest first. */
  readonly newestFirst?: boolean;
  /** Vault time in milliseconds since 1970: not before. */
  readonly from?: number;
  /** Before. */
  readonly to?: number;
  /** An actor's id (a token's accessor) or name. */
  readonly actor?: string;
  readonly pathPrefix?: string;
  readonly operation?: string;
  readonly outcome?: string;
  /** Records on one page: 100 unless told, 1,000 at most. */
  readonly limit?: number;
  /** Goes on where an earlier page of the same query ended. */
  readonly cursor?: string;
}

/** One page of records; with a cursor where there are more. */
export interface RecordPage {
  readonly records: readonly LedgerRecord[];
  readonly cursor?: string;
}

/** What a compaction has removed. */
export interface CompactionReport {
  /** Sealed values whose bytes are gone from the ledger. */
  readonly values: number;
  /** The numbers of the segments that were written anew. */
  readonly segments: readonly number[];
}

/** The open vault, as core sees it. */
export interface Vault {
  readonly id: string;
  /**
   * There where a person must confirm the vault first. Until then nothing that a turn records reaches the disk: it is
   * forgotten when the vault is closed, so nothing may be issued by it.
   */
  readonly quarantine?: Quarantine;
  /**
   * Runs one turn and resolves with its result once everything it recorded is durable.
   * Throws what the turn threw, `ledger-unavailable` when the batch could not be written, `sealed` after `close`.
   */
  turn<T>(decide: (turn: Turn) => T): Promise<T>;
  /** True while the disk is full: only urgent records are taken, and they go to the room that was kept for them. */
  onlyUrgent(): boolean;
  /** Calls back after records have become durable, in order. Returns how to stop. */
  watch(listener: (records: readonly LedgerRecord[]) => void): () => void;
  /**
   * Reads the audit, as far as retention has kept it. Not a turn: it holds nobody up, and sees what is durable when it is asked.
   * Throws `invalid-request` for a cursor that is none, `vault-damaged` with segment and record named.
   */
  readRecords(query: RecordQuery): Promise<RecordPage>;
  /**
   * Removes the bytes of everything that was destroyed from the vault's folder, now rather than within a day.
   * Requests are served meanwhile. Throws `ledger-unavailable`; what is done by then stays done.
   */
  compact(): Promise<CompactionReport>;
  /** Writes a snapshot of what is durable by now, so that the next opening is quick. Throws `ledger-unavailable`. */
  snapshot(): Promise<void>;
  /** Where the ledger stands. */
  head(): { readonly sequence: number; readonly hash: string };
  /** Finishes what is queued, writes a snapshot, zero-fills all keys, releases the lock. */
  close(): Promise<void>;
}
