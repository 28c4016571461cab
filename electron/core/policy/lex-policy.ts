import { readHeredoc, readString } from './lex-string.ts';
import { policyError } from './policy-error.ts';
import type { Notation } from './syntax-tree.ts';

/** One token. `text` of a string is its value, without quotes and escapes. */
export interface Token {
  readonly kind: 'identifier' | 'string' | 'number' | 'mark' | 'end';
  readonly text: string;
  readonly at: number;
}

const BLANK = /\s+/y;
const COMMENT = /(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\//y;
const IDENTIFIER = /[\p{L}_][\p{L}\p{N}_.-]*/uy;
const HCL_NUMBER = /-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\p{L}\p{N}_])/iuy;
const JSON_NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?(?![\p{L}\p{N}_])/iuy;

/** Splits a policy's text into tokens. Throws `policy-invalid`. */
export function lexPolicy(text: string, notation: Notation): Token[] {
  const hcl = notation === 'hcl';
  const tokens: Token[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };

  while (at < text.length) {
    const skipped = take(BLANK) ?? (hcl ? take(COMMENT) : undefined);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const first = text.charAt(at);
    if (first === '"') {
      const read = readString(text, at, notation);
      tokens.push({ kind: 'string', text: read.value, at });
      at = read.end;
      continue;
    }
    if (hcl && text.startsWith('<<', at)) {
      const read = readHeredoc(text, at);
      tokens.push({ kind: 'string', text: read.value, at });
      at = read.end;
      continue;
    }
    if (first.length > 0 && (hcl ? '{}[],=' : '{}[],:').includes(first)) {
      tokens.push({ kind: 'mark', text: first, at });
      at += 1;
      continue;
    }
    const number = take(hcl ? HCL_NUMBER : JSON_NUMBER);
    const word = number ?? take(IDENTIFIER);
    if (word === undefined) throw policyError(text, at, unexpected(text, at));
    tokens.push({ kind: number === undefined ? 'identifier' : 'number', text: word, at });
    at += word.length;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function unexpected(text: string, at: number): string {
  if (text.startsWith('/*', at)) return 'this comment does not end';
  return `unexpected character ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`;
}
