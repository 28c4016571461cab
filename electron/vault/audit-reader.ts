import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { damaged } from '../crypto/damaged.ts';
import { decodeFramePrefix, FRAME_PREFIX_LENGTH, openFrame } from '../crypto/frame.ts';
import { breathing } from './breathing.ts';
import type { Head } from './head.ts';
import { readIndexFile, writeIndexFile } from './index-file.ts';
import type { RandomBytes, VaultFile } from './ports.ts';
import { readAhead } from './read-ahead.ts';
import type { LedgerFolder } from './read-ledger.ts';
import { decodeRecord } from './record-codec.ts';
import { headBefore, listSegments, type Segment } from './segment.ts';
import { type FrameMatches, SegmentIndex } from './segment-index.ts';
import { readSegment } from './segment-reader.ts';
import type { LedgerRecord, RecordPage, RecordQuery } from './vault.ts';
import { isMissing } from './write-durably.ts';

const DEFAULT_LIMIT = 100;
const MOST = 1_000;

/** Indices of so many closed segments stay in memory. */
const KEPT = 4;

export interface AuditReaderParts extends LedgerFolder {
  readonly random: RandomBytes;
  /** The last durable record: what lies behind it does not exist yet. */
  head(): Head;
  /** A mirror or a quarantined vault must not change: its indices are made anew each time. */
  readonly mayWrite: boolean;
}

interface Growing {
  readonly segment: number;
  readonly index: SegmentIndex;
  position: number | undefined;
  head: Head;
}

/** Answers audit queries from the ledger's files, opening only the frames that hold something that was asked for. */
export class AuditReader {
  readonly #parts: AuditReaderParts;
  readonly #closed = new Map<number, { readonly size: number; readonly index: SegmentIndex }>();
  #growing: Growing | undefined;
  #extending: Promise<unknown> = Promise.resolve();
  readonly #running = new Set<Promise<unknown>>();
  #ended = false;

  constructor(parts: AuditReaderParts) {
    this.#parts = parts;
  }

  /** One page. Throws `invalid-request` for a cursor that is none, `vault-damaged` with segment and record named. */
  read(query: RecordQuery): Promise<RecordPage> {
    return this.#track(() => this.#read(query));
  }

  /** Makes the index of a closed segment where it is missing or does not fit. */
  ensureIndex(segment: Segment): Promise<void> {
    return this.#track(async () => {
      const file = await this.#parts.files.open(segment.path, 'reading');
      try {
        await this.#closedIndex(segment, file, false);
      } finally {
        await file.close();
      }
    });
  }

  /** Ends what is under way: nothing may be read, and above all nothing be sealed, once the keys are wiped. */
  async close(): Promise<void> {
    this.#ended = true;
    await Promise.allSettled(this.#running);
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    this.#goOn();
    const run = work();
    this.#running.add(run);
    try {
      return await run;
    } finally {
      this.#running.delete(run);
    }
  }

  #goOn(): void {
    if (this.#ended) throw new KeywardenError('sealed');
  }

  #breathing(): () => Promise<void> {
    const breathe = breathing();
    return async () => {
      await breathe();
      this.#goOn();
    };
  }

  async #read(query: RecordQuery): Promise<RecordPage> {
    const limit = Math.min(Math.max(1, Math.floor(query.limit ?? DEFAULT_LIMIT)), MOST);
    const oldestFirst = query.newestFirst === false;
    const cursor = parseCursor(query.cursor);
    const after = oldestFirst ? (cursor ?? 0) : 0;
    // Asked before the segments are listed: what comes meanwhile is not looked for in a segment that has ended.
    const end = this.#parts.head().sequence;
    const before = oldestFirst ? end + 1 : Math.min(cursor ?? end + 1, end + 1);
    const range = { after, before, end };
    const records: LedgerRecord[] = [];
    const { files, folder, keys, vaultId } = this.#parts;
    const segments = await listSegments(files, folder, keys, vaultId);
    const order = segments.map((segment, i) => ({ segment, next: segments[i + 1] }));
    if (!oldestFirst) order.reverse();
    const breathe = this.#breathing();
    for (const { segment, next } of order) {
      if (!mayHold(segment, next, query, after, before)) continue;
      await this.#readFrom(segment, query, range, async (record) => {
        records.push(record);
        await breathe();
        return records.length <= limit;
      });
      if (records.length > limit) break;
      await breathe();
    }
    const page = records.slice(0, limit);
    const last = page.at(-1);
    return records.length > limit && last
      ? { records: page, cursor: String(last.sequence) }
      : { records: page };
  }

  /** Calls `each` with what matches, until it has enough. */
  async #readFrom(
    segment: Segment,
    query: RecordQuery,
    { after, before, end }: { readonly after: number; readonly before: number; readonly end: number },
    each: (record: LedgerRecord) => Promise<boolean>,
  ): Promise<void> {
    const file = await this.#parts.files.open(segment.path, 'reading');
    try {
      let index =
        segment.lastSequence === undefined
          ? await this.#growingIndex(segment, file, end)
          : await this.#closedIndex(segment, file, false);
      let done = 0;
      for (let attempt = 0; ; attempt++) {
        let skipped = 0;
        let fits = true;
        for (const found of index.find(query, after, before)) {
          const opened = await this.#open(file, segment, found);
          if (!opened) {
            fits = false;
            break;
          }
          for (const record of opened) {
            if (skipped++ < done) continue;
            done += 1;
            if (!(await each(record))) return;
          }
        }
        if (fits) return;
        // The index is of an earlier state of the segment, or a frame is damaged: a scan of the segment tells.
        if (attempt > 0 || segment.lastSequence === undefined)
          throw damaged(`${segment.name} does not fit its index`);
        index = await this.#closedIndex(segment, file, true);
      }
    } finally {
      await file.close();
    }
  }

  async #open(
    file: VaultFile,
    { header }: Segment,
    found: FrameMatches,
  ): Promise<readonly LedgerRecord[] | undefined> {
    const { position, records: count, previousHash } = found.frame;
    const key = this.#parts.keys.ofEpoch(header.epoch)?.ledger;
    const prefix = decodeFramePrefix(await file.read(position, FRAME_PREFIX_LENGTH));
    if (!key || prefix?.firstSequence !== found.firstSequence || prefix.records !== count) return undefined;
    const box = await file.read(position + FRAME_PREFIX_LENGTH, prefix.boxLength);
    const place = { segment: header, firstSequence: found.firstSequence, previousHash };
    const content = openFrame(key, place, count, box);
    return content && found.records.map((i) => decodeRecord(content.records[i] as Uint8Array));
  }

  async #closedIndex(segment: Segment, file: VaultFile, anew: boolean): Promise<SegmentIndex> {
    const number = segment.header.segment;
    const size = await file.size();
    const kept = this.#closed.get(number);
    if (kept?.size === size && !anew) return kept.index;
    this.#closed.delete(number);
    const index = (!anew && (await this.#stored(segment, size))) || (await this.#make(segment, file, size));
    this.#closed.set(number, { size, index });
    for (const oldest of this.#closed.keys()) {
      if (this.#closed.size <= KEPT) break;
      this.#closed.delete(oldest);
    }
    return index;
  }

  async #stored(segment: Segment, size: number): Promise<SegmentIndex | undefined> {
    try {
      return await readIndexFile(this.#parts, segment, size);
    } catch (error) {
      if (isMissing(error) || (error instanceof KeywardenError && error.code !== 'sealed')) return undefined;
      throw error;
    }
  }

  async #make(segment: Segment, file: VaultFile, size: number): Promise<SegmentIndex> {
    const { keys, mayWrite, random } = this.#parts;
    const index = new SegmentIndex(segment.header.firstSequence);
    const breathe = this.#breathing();
    const before = headBefore(segment.header);
    let hash = before.hash;
    for await (const batch of readSegment(readAhead(file), segment, keys, before)) {
      index.add(batch);
      hash = batch.after.hash;
      await breathe();
    }
    this.#goOn();
    // Without it the next query takes longer, and that is all.
    if (mayWrite)
      await writeIndexFile(this.#parts, segment, index, { size, hash }, random).catch(() => undefined);
    return index;
  }

  /** The index of the segment that is being written: it grows by what has come since the last query. */
  async #growingIndex(segment: Segment, file: VaultFile, last: number): Promise<SegmentIndex> {
    const extended = this.#extending.then(() => this.#extend(segment, file, last));
    this.#extending = extended.catch(() => undefined);
    return extended;
  }

  async #extend(segment: Segment, file: VaultFile, last: number): Promise<SegmentIndex> {
    const { keys } = this.#parts;
    const { header } = segment;
    if (this.#growing?.segment !== header.segment) {
      const index = new SegmentIndex(header.firstSequence);
      this.#growing = { segment: header.segment, index, position: undefined, head: headBefore(header) };
    }
    const growing = this.#growing;
    const bounded = { ...segment, lastSequence: Math.max(last, growing.head.sequence) };
    const breathe = this.#breathing();
    const reading = readSegment(readAhead(file), bounded, keys, growing.head, growing.position);
    for (let next = await reading.next(); ; next = await reading.next()) {
      if (next.done) {
        growing.position = next.value.position;
        return growing.index;
      }
      growing.index.add(next.value);
      growing.head = next.value.after;
      growing.position = next.value.end;
      await breathe();
    }
  }
}

/** Whether a segment can hold anything of that, by what the segments' headers say. */
function mayHold(
  { header, lastSequence }: Segment,
  next: Segment | undefined,
  { from, to }: RecordQuery,
  after: number,
  before: number,
): boolean {
  if (header.firstSequence >= before || (lastSequence !== undefined && lastSequence <= after)) return false;
  if (lastSequence !== undefined && lastSequence < header.firstSequence) return false;
  if (to !== undefined && header.previousTime >= to) return false;
  return from === undefined || next === undefined || next.header.previousTime >= from;
}

function parseCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^[1-9]\d{0,15}$/.test(cursor))
    throw new KeywardenError('invalid-request', 'The cursor is none of ours.');
  return Number(cursor);
}
