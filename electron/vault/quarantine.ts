import type { QuarantineReason } from '../../shared/model/quarantine.ts';
import type { SeenHead } from '../crypto/seen-head.ts';
import type { Head } from './head.ts';
import type { Home } from './home-records.ts';
import type { SlotStanding } from './slot-standing.ts';

/** A place in the chain, for people. */
export interface HeadGlance {
  readonly sequence: number;
  /** Hex. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly term: number;
}

/** What a person must look at before the vault is used. */
export interface Quarantine {
  readonly reason: QuarantineReason;
  /** What this machine saw last, where it remembers. */
  readonly seen: HeadGlance | undefined;
  readonly found: HeadGlance;
  /** Which file and record are damaged, where that is the reason: then there is nothing to confirm. */
  readonly damage?: string;
}

/** All that opening found out about a vault before anything was written. */
export interface Findings {
  readonly head: Head;
  readonly term: number;
  readonly seen: SeenHead | 'unreadable' | undefined;
  /** The hash of the record that was seen last, where the chain still reaches it. */
  readonly hashAtSeen: Uint8Array | undefined;
  readonly slots: SlotStanding;
  readonly restored: boolean;
  readonly home: Home | undefined;
  /** Undefined where nobody asks where the vault is. */
  readonly host: string | undefined;
}

/** Judges a vault; undefined where it is at home here and as it was left. */
export function quarantineOf(findings: Findings): Quarantine | undefined {
  const { head, term, seen } = findings;
  const reason = reasonOf(findings);
  if (!reason) return undefined;
  return { reason, seen: glanceAtSeen(seen), found: glanceAt(head, term) };
}

/** A damaged vault is looked at as far as its ledger leads. */
export function quarantineOfDamage(
  damage: string,
  { head, term, seen }: Pick<Findings, 'head' | 'term' | 'seen'>,
): Quarantine {
  return { reason: 'damaged', seen: glanceAtSeen(seen), found: glanceAt(head, term), damage };
}

function glanceAt({ sequence, hash, time }: Head, term: number): HeadGlance {
  return { sequence, hash: Buffer.from(hash).toString('hex'), time, term };
}

function glanceAtSeen(seen: Findings['seen']): HeadGlance | undefined {
  if (seen === undefined || seen === 'unreadable') return undefined;
  return { sequence: seen.sequence, hash: seen.hash, time: seen.time, term: seen.term };
}

function reasonOf(findings: Findings): QuarantineReason | undefined {
  const { seen, slots, restored, home, host } = findings;
  if (seen === 'unreadable') return 'seen-unreadable';
  const rolledBack = seen && againstSeen(findings, seen);
  // Whoever has just restored it knows that it is older; how much is said all the same.
  if (rolledBack) return rolledBack === 'older' && restored ? 'restored' : rolledBack;
  if (slots === 'ledger-older') return 'older';
  if (slots === 'header-older') return 'header-older';
  if (restored) return 'restored';
  if (host !== undefined && home !== undefined && home.host !== host) return 'elsewhere';
  return undefined;
}

function againstSeen({ head, term, hashAtSeen }: Findings, seen: SeenHead): 'older' | 'fork' | undefined {
  if (head.sequence < seen.sequence) {
    const wentOn = term > seen.term || (term < seen.term && head.sequence >= seen.since);
    return wentOn ? 'fork' : 'older';
  }
  if (hashAtSeen && Buffer.from(hashAtSeen).toString('hex') !== seen.hash) return 'fork';
  return undefined;
}
