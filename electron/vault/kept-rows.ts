import type { SqlValue } from './state-db.ts';

/** Rows of so many questions are kept for one statement. */
const MOST = 1_000;
/** Characters or bytes of a single value: what is longer is read each time, so that little memory is held. */
const LONGEST = 2_048;

/** What one statement has answered, for as long as the tables that it reads stay as they are. */
export class KeptRows {
  readonly tables: readonly string[];
  readonly #answers = new Map<string, unknown>();
  #revision = -1;

  /** Throws `TypeError` for a statement whose tables cannot be told by its text. */
  constructor(sql: string) {
    if (COMMA_JOIN.test(sql)) throw new TypeError('a comma in FROM hides a table');
    this.tables = [...new Set([...sql.matchAll(READ_FROM)].map(([, table = '']) => table.toLowerCase()))];
  }

  /** The answer to these parameters, if it was kept and none of the tables has moved since. */
  find(revision: number, key: string): unknown {
    if (revision !== this.#revision) this.#answers.clear();
    this.#revision = revision;
    return this.#answers.get(key);
  }

  /** After a `find` that found nothing. */
  keep(key: string, answer: object): void {
    if (this.#answers.size >= MOST) this.#answers.clear();
    this.#answers.set(key, answer);
  }

  clear(): void {
    this.#answers.clear();
  }
}

const READ_FROM = /\b(?:FROM|JOIN)\s+([a-z_]\w*)/gi;
const COMMA_JOIN = /\bFROM\s+[a-z_]\w*(?:\s+(?:AS\s+)?[a-z_]\w*)?\s*,/i;

/** Tells lists of parameters apart: each text with its length ahead of it. */
export function keyOf(params: readonly SqlValue[]): string | undefined {
  let key = '';
  for (const value of params) {
    if (typeof value === 'string') key += `${value.length}:${value}`;
    else if (typeof value === 'number') key += `#${value};`;
    else return undefined;
  }
  return key;
}

/** Whether a row is small enough to be kept. */
export function isSmall(row: object): boolean {
  for (const value of Object.values(row) as SqlValue[]) {
    if (value !== null && typeof value !== 'number' && value.length > LONGEST) return false;
  }
  return true;
}
