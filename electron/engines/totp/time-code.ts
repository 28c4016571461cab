import { createHmac, timingSafeEqual } from 'node:crypto';

/** What both sides of a key have agreed on. */
export interface CodeTerms {
  readonly algorithm: 'SHA1' | 'SHA256' | 'SHA512';
  readonly digits: 6 | 8;
  /** Seconds. */
  readonly period: number;
}

/** The step that an instant (milliseconds since 1970) lies in (RFC 6238, section 4.2). */
export function stepAt(now: number, { period }: CodeTerms): number {
  return Math.floor(now / 1000 / period);
}

/** The code of one step: HOTP (RFC 4226, section 5.3) over its number. */
export function codeAt(secret: Uint8Array, step: number, { algorithm, digits }: CodeTerms): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac(algorithm.toLowerCase(), secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits;
  return String(number).padStart(digits, '0');
}

/** The step, within `skew` steps of now, whose code this is; undefined: none. All are looked at, however early one fits. */
export function stepOfCode(
  secret: Uint8Array,
  code: string,
  now: number,
  terms: CodeTerms & { readonly skew: number },
): number | undefined {
  const current = stepAt(now, terms);
  let found: number | undefined;
  for (let step = current - terms.skew; step <= current + terms.skew; step += 1) {
    const wanted = Buffer.from(codeAt(secret, Math.max(0, step), terms));
    const given = Buffer.from(code);
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) found = step;
  }
  return found;
}
