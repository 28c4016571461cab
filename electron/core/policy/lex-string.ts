import { policyError } from './policy-error.ts';
import type { Notation } from './syntax-tree.ts';

interface Read {
  readonly value: string;
  /** The offset after it. */
  readonly end: number;
}

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const HCL_ONLY: Readonly<Record<string, string>> = { a: '\x07', v: '\v' };
/** How many hexadecimal digits follow. */
const HEX_LENGTH: Readonly<Record<string, number>> = { u: 4, U: 8, x: 2 };

/** Reads the quoted string that starts at `at`. */
export function readString(text: string, at: number, notation: Notation): Read {
  let value = '';
  let next = at + 1;
  for (;;) {
    const char = text.charAt(next);
    if (char === '' || char === '\n') throw policyError(text, at, 'this string does not end');
    if (char === '"') return { value, end: next + 1 };
    if (char === '\\') {
      const read = readEscape(text, next, notation);
      value += read.value;
      next = read.end;
      continue;
    }
    if (notation === 'json' && char < ' ') {
      throw policyError(text, next, 'a control character in a string must be escaped');
    }
    value += char;
    next += 1;
  }
}

function readEscape(text: string, at: number, notation: Notation): Read {
  const letter = text.charAt(at + 1);
  const simple = SIMPLE[letter] ?? (notation === 'hcl' ? HCL_ONLY[letter] : undefined);
  if (simple !== undefined) return { value: simple, end: at + 2 };
  const length = notation === 'hcl' || letter === 'u' ? (HEX_LENGTH[letter] ?? 0) : 0;
  const digits = text.slice(at + 2, at + 2 + length);
  const point = Number.parseInt(digits, 16);
  if (length === 0 || !/^[0-9a-f]+$/i.test(digits) || digits.length !== length || point > 0x10_ff_ff) {
    throw policyError(text, at, 'unknown escape in a string');
  }
  return { value: String.fromCodePoint(point), end: at + 2 + length };
}

/** Reads `<<EOF` … `EOF`; with `<<-` the shortest indentation is taken off every line. */
export function readHeredoc(text: string, at: number): Read {
  const head = /<<(-?)([\p{L}\p{N}_.-]+)\r?\n/uy;
  head.lastIndex = at;
  const match = head.exec(text);
  if (match === null) throw policyError(text, at, 'after << a word and a new line must follow');
  const [, dash, word] = match;
  const lines: string[] = [];
  let next = head.lastIndex;
  while (next < text.length) {
    const newline = text.indexOf('\n', next);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(next, end);
    if (line.trim() === word) return { value: joinLines(lines, dash === '-'), end };
    lines.push(line);
    next = end + 1;
  }
  throw policyError(text, at, `this text does not end: a line with ${word} alone is missing`);
}

function joinLines(lines: readonly string[], indented: boolean): string {
  const margin = indented ? Math.min(...lines.map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)) : 0;
  return lines.map((line) => `${line.slice(margin)}\n`).join('');
}
