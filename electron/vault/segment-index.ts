import { damaged } from '../crypto/damaged.ts';
import type { ReadBatch } from './segment-reader.ts';
import type { Actor, RecordQuery } from './vault.ts';

/** Where one frame lies, and what it takes to open it by itself. */
export interface IndexedFrame {
  readonly position: number;
  readonly records: number;
  readonly previousHash: Uint8Array;
}

/** Matches in one frame: positions among its records. */
export interface FrameMatches {
  readonly frame: IndexedFrame;
  readonly firstSequence: number;
  readonly records: readonly number[];
}

/** Texts in the order of their first appearance. */
class Dictionary {
  readonly texts: string[] = [];
  readonly #known = new Map<string, number>();

  idOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

const NAMES = ['operations', 'outcomes', 'paths'] as const;
const COLUMNS = ['actor', 'operation', 'outcome', 'path'] as const;

/** Who did what, where and when in one segment, column by column: finds the frames that are worth opening. FORMAT.md section 17. */
export class SegmentIndex {
  readonly firstSequence: number;
  readonly #frames: IndexedFrame[] = [];
  readonly #actors = new Dictionary();
  readonly #names = { operations: new Dictionary(), outcomes: new Dictionary(), paths: new Dictionary() };
  readonly #times: number[] = [];
  readonly #columns = {
    actor: [] as number[],
    operation: [] as number[],
    outcome: [] as number[],
    path: [] as number[],
  };

  constructor(firstSequence: number) {
    this.firstSequence = firstSequence;
  }

  get records(): number {
    return this.#times.length;
  }

  add({ position, before, decoded }: ReadBatch): void {
    this.#frames.push({ position, records: decoded.length, previousHash: before.hash });
    for (const { actor, operation, outcome, path, time } of decoded) {
      this.#times.push(time);
      this.#columns.actor.push(this.#actors.idOf(JSON.stringify([actor.kind, actor.id, actor.name])));
      this.#columns.operation.push(this.#names.operations.idOf(operation));
      this.#columns.outcome.push(this.#names.outcomes.idOf(outcome));
      this.#columns.path.push(this.#names.paths.idOf(path));
    }
  }

  /** Frames with matching records, in the order asked for; within a frame too. Sequences must lie in `after` < sequence < `before`. */
  *find(query: RecordQuery, after: number, before: number): Generator<FrameMatches> {
    const matches = this.#matcher(query);
    const starts: number[] = [];
    let count = 0;
    for (const { records } of this.#frames) {
      starts.push(count);
      count += records;
    }
    const oldestFirst = query.newestFirst === false;
    for (let i = 0; i < this.#frames.length; i++) {
      const at = oldestFirst ? i : this.#frames.length - 1 - i;
      const frame = this.#frames[at] as IndexedFrame;
      const start = starts[at] ?? 0;
      const firstSequence = this.firstSequence + start;
      if (firstSequence >= before || firstSequence + frame.records - 1 <= after) continue;
      const records: number[] = [];
      for (let record = 0; record < frame.records; record++) {
        const sequence = firstSequence + record;
        if (sequence > after && sequence < before && matches(start + record)) records.push(record);
      }
      if (records.length === 0) continue;
      if (!oldestFirst) records.reverse();
      yield { frame, firstSequence, records };
    }
  }

  #matcher({ actor, from, operation, outcome, pathPrefix, to }: RecordQuery): (record: number) => boolean {
    const actors =
      actor === undefined
        ? undefined
        : matching(this.#actors.texts, (text) => isActor(JSON.parse(text), actor));
    const operations =
      operation === undefined
        ? undefined
        : matching(this.#names.operations.texts, (text) => text === operation);
    const outcomes =
      outcome === undefined ? undefined : matching(this.#names.outcomes.texts, (text) => text === outcome);
    const paths =
      pathPrefix === undefined
        ? undefined
        : matching(this.#names.paths.texts, (text) => text.startsWith(pathPrefix));
    const { actor: byActor, operation: byOperation, outcome: byOutcome, path: byPath } = this.#columns;
    return (record) => {
      const time = this.#times[record] ?? 0;
      if ((from !== undefined && time < from) || (to !== undefined && time >= to)) return false;
      if (actors && !actors.has(byActor[record] ?? -1)) return false;
      if (operations && !operations.has(byOperation[record] ?? -1)) return false;
      if (outcomes && !outcomes.has(byOutcome[record] ?? -1)) return false;
      return !paths || paths.has(byPath[record] ?? -1);
    };
  }

  /** The plaintext of an index file, part by part. */
  *encode(): Generator<Uint8Array> {
    const frames = Buffer.alloc(4 + this.#frames.length * 44);
    frames.writeUInt32BE(this.#frames.length);
    this.#frames.forEach(({ position, records, previousHash }, i) => {
      frames.writeBigUInt64BE(BigInt(position), 4 + i * 44);
      frames.writeUInt32BE(records, 12 + i * 44);
      frames.set(previousHash, 16 + i * 44);
    });
    yield frames;
    const actors = this.#actors.texts.flatMap((text) => JSON.parse(text) as string[]);
    yield u32(actors.length / 3);
    yield* textBytes(actors);
    for (const name of NAMES) {
      yield u32(this.#names[name].texts.length);
      yield* textBytes(this.#names[name].texts);
    }
    const times = Buffer.alloc(4 + this.#times.length * 8);
    times.writeUInt32BE(this.#times.length);
    this.#times.forEach((time, i) => void times.writeBigUInt64BE(BigInt(time), 4 + i * 8));
    yield times;
    for (const name of COLUMNS) {
      const column = Buffer.alloc(this.#columns[name].length * 4);
      this.#columns[name].forEach((value, i) => void column.writeUInt32BE(value, i * 4));
      yield column;
    }
  }

  /** Reads what `encode` gave. Throws `vault-damaged` where it is something else. Awaits `breathe` between parts. */
  static async decode(
    plaintext: Buffer,
    firstSequence: number,
    name: string,
    breathe: () => Promise<void>,
  ): Promise<SegmentIndex> {
    const index = new SegmentIndex(firstSequence);
    let at = 0;
    const take = (length: number) => {
      if (at + length > plaintext.length) throw damaged(`${name} does not decode`);
      at += length;
      return plaintext.subarray(at - length, at);
    };
    const count = () => take(4).readUInt32BE();
    const text = () => take(count()).toString('utf8');
    for (let left = count(); left > 0; left--) {
      const bytes = take(44);
      const position = Number(bytes.readBigUInt64BE());
      index.#frames.push({ position, records: bytes.readUInt32BE(8), previousHash: bytes.subarray(12) });
    }
    for (let left = count(); left > 0; left--) index.#actors.idOf(JSON.stringify([text(), text(), text()]));
    for (const dictionary of NAMES) {
      for (let left = count(); left > 0; left--) {
        index.#names[dictionary].idOf(text());
        if (left % 1_000 === 0) await breathe();
      }
    }
    const records = count();
    const times = take(records * 8);
    for (let i = 0; i < records; i++)
      index.#times.push(times.readUInt32BE(i * 8) * 2 ** 32 + times.readUInt32BE(i * 8 + 4));
    for (const column of COLUMNS) {
      await breathe();
      const bytes = take(records * 4);
      for (let i = 0; i < records; i++) index.#columns[column].push(bytes.readUInt32BE(i * 4));
    }
    if (at !== plaintext.length) throw damaged(`${name} does not decode`);
    return index;
  }
}

/** By its id (a token's accessor) or by its name. */
export function isActor(
  [, id, name]: readonly [kind: string, id: string, name: string],
  actor: string,
): boolean {
  return id === actor || name === actor;
}

/** The same question asked of a single record. */
export function matchesQuery(
  record: {
    readonly actor: Actor;
    readonly operation: string;
    readonly outcome: string;
    readonly path: string;
    readonly time: number;
  },
  { actor, from, operation, outcome, pathPrefix, to }: RecordQuery,
): boolean {
  const { kind, id, name } = record.actor;
  return (
    (from === undefined || record.time >= from) &&
    (to === undefined || record.time < to) &&
    (actor === undefined || isActor([kind, id, name], actor)) &&
    (operation === undefined || record.operation === operation) &&
    (outcome === undefined || record.outcome === outcome) &&
    (pathPrefix === undefined || record.path.startsWith(pathPrefix))
  );
}

function matching(texts: readonly string[], is: (text: string) => boolean): ReadonlySet<number> {
  const found = new Set<number>();
  texts.forEach((text, id) => void (is(text) && found.add(id)));
  return found;
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function* textBytes(texts: readonly string[]): Generator<Uint8Array> {
  for (const text of texts) {
    const bytes = Buffer.from(text, 'utf8');
    yield u32(bytes.length);
    yield bytes;
  }
}
