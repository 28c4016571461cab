import type { Token } from './lex-policy.ts';
import { policyError } from './policy-error.ts';

/** Walks over the tokens of one text; the two parsers share it. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  /** The token ahead; at the end, the `end` token for ever. */
  peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: this.#text.length };
  }

  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Takes the token ahead only if it is this mark. */
  takeMark(mark: string): boolean {
    const token = this.peek();
    const found = token.kind === 'mark' && token.text === mark;
    if (found) this.#next += 1;
    return found;
  }

  expectMark(mark: string): void {
    if (!this.takeMark(mark)) throw this.unexpected(`"${mark}"`);
  }

  fail(at: number, what: string): Error {
    return policyError(this.#text, at, what);
  }

  unexpected(wanted: string): Error {
    const { kind, text, at } = this.peek();
    return this.fail(at, `expected ${wanted}, found ${kind === 'end' ? 'the end' : JSON.stringify(text)}`);
  }
}
