/** Where in the stream of requests the next byte belongs. */
type Place =
  /** Before or in the method; `matched` counts its characters that fit. */
  | { readonly in: 'method'; readonly matched: number }
  | { readonly in: 'request-line' }
  | { readonly in: 'headers' }
  | { readonly in: 'body'; readonly left: number }
  | { readonly in: 'chunk-size' }
  | { readonly in: 'chunk'; readonly left: number }
  /** After the last chunk: an empty line, or trailers. */
  | { readonly in: 'trailer' }
  /** Something unusual: nothing is touched any more on this connection. */
  | { readonly in: 'the-dark' };

const LF = 0x0a;
const CR = 0x0d;
const [L, I, N, S, T, K] = [0x4c, 0x49, 0x4e, 0x53, 0x54, 0x4b];
/** Longer lines than the parser takes are not worth keeping. */
const MAX_LINE = 64 * 1024;

const CONTENT_LENGTH = /^content-length:[ \t]*(\d{1,15})[ \t]*$/i;
const CHUNKED = /^transfer-encoding:[ \t]*chunked[ \t]*$/i;
/** Headers that decide where a request ends, and continuation lines, which could hide one. */
const DECIDES = /^(?:(?:content-length|transfer-encoding|upgrade)(?![\w-])|[ \t])/i;
const DECIDING_FIRST: ReadonlySet<number> = new Set(Buffer.from('cCtTuU \t\r\n'));
const CHUNK_SIZE = /^([0-9a-f]{1,12})$/i;

/**
 * Follows the requests on one connection and renames the verb `LIST`, which Node's parser refuses, to `LINK`, which it
 * knows and Vault does not have: both are four letters, so bytes are changed in place and nothing is moved, kept back or
 * added. A `LINK` that a client sends itself becomes `LISK`, and `LISK` becomes `LINT`: the parser refuses both.
 *
 * It decides nothing but where a method stands. Where it cannot be sure to see the end of a request as the parser will
 * (both length and chunks, chunk extensions, trailers, folded headers, upgrades) it stops renaming for good: such a
 * connection works without `LIST`. So the worst that a strange stream can reach is a refused `LIST`.
 */
export class RequestFramer {
  #place: Place = { in: 'method', matched: 0 };
  /** The start of a line whose end has not come yet. */
  #line = '';
  #length: number | undefined;
  #chunked = false;

  /** Changes the verbs in the next bytes of the connection, in place. */
  renameVerbs(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#place.in) {
        case 'method':
          at = this.#readMethod(bytes, at, this.#place.matched);
          break;
        case 'body':
        case 'chunk':
          at = this.#skip(bytes, at, this.#place);
          break;
        case 'request-line':
        case 'headers':
        case 'chunk-size':
        case 'trailer':
          at = this.#readLine(bytes, at, this.#place.in);
          break;
        case 'the-dark':
          return;
        default:
          this.#place satisfies never;
      }
    }
  }

  #readMethod(bytes: Uint8Array, at: number, matched: number): number {
    const byte = bytes[at];
    if (matched === 0 && (byte === CR || byte === LF)) return at + 1;
    if (matched === 2 && (byte === S || byte === N)) bytes[at] = byte === S ? N : S;
    if (matched === 3 && (byte === T || byte === K)) bytes[at] = byte === T ? K : T;
    const fits =
      (matched === 0 && byte === L) || (matched === 1 && byte === I) || (matched === 2 && byte === S);
    this.#place = fits ? { in: 'method', matched: matched + 1 } : { in: 'request-line' };
    // Read again as part of the line, so that a line that ends here is seen.
    return fits ? at + 1 : at;
  }

  #skip(
    bytes: Uint8Array,
    at: number,
    place: { readonly in: 'body' | 'chunk'; readonly left: number },
  ): number {
    const skipped = Math.min(place.left, bytes.length - at);
    const left = place.left - skipped;
    if (left > 0) this.#place = { ...place, left };
    else this.#place = place.in === 'body' ? { in: 'method', matched: 0 } : { in: 'chunk-size' };
    return at + skipped;
  }

  #readLine(
    bytes: Uint8Array,
    at: number,
    where: 'request-line' | 'headers' | 'chunk-size' | 'trailer',
  ): number {
    const found = bytes.indexOf(LF, at);
    const end = found === -1 ? bytes.length : found;
    // Most header lines decide nothing, as their first letter shows: they need not become strings.
    const dull = where === 'headers' && this.#line === '' && !DECIDING_FIRST.has(bytes[at] ?? LF);
    if (dull && found !== -1) return end + 1;
    if (where !== 'request-line') this.#line += latin1(bytes, at, end);
    if (this.#line.length > MAX_LINE) this.#giveUp();
    if (found === -1) return end;
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    this.#line = '';
    if (this.#place.in === where) this.#endLine(where, line);
    return end + 1;
  }

  #endLine(where: 'request-line' | 'headers' | 'chunk-size' | 'trailer', line: string): void {
    switch (where) {
      case 'request-line':
        this.#length = undefined;
        this.#chunked = false;
        this.#place = { in: 'headers' };
        return;
      case 'headers':
        if (line === '') this.#startBody();
        else if (DECIDES.test(line)) this.#readFraming(line);
        return;
      case 'chunk-size': {
        const size = Number.parseInt(CHUNK_SIZE.exec(line)?.[1] ?? 'none', 16);
        if (Number.isNaN(size)) this.#giveUp();
        else this.#place = size === 0 ? { in: 'trailer' } : { in: 'chunk', left: size + 2 };
        return;
      }
      case 'trailer':
        if (line === '') this.#place = { in: 'method', matched: 0 };
        else this.#giveUp();
        return;
      default:
        where satisfies never;
    }
  }

  #readFraming(line: string): void {
    const length = CONTENT_LENGTH.exec(line)?.[1];
    const alone = this.#length === undefined && !this.#chunked;
    if (alone && length !== undefined) this.#length = Number(length);
    else if (alone && CHUNKED.test(line)) this.#chunked = true;
    else this.#giveUp();
  }

  #startBody(): void {
    if (this.#chunked) this.#place = { in: 'chunk-size' };
    else if (this.#length) this.#place = { in: 'body', left: this.#length };
    else this.#place = { in: 'method', matched: 0 };
  }

  #giveUp(): void {
    this.#place = { in: 'the-dark' };
    this.#line = '';
  }
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}
