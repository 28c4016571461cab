/** Plain JSON, as the ledger holds it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * The one encoding of a plain value (RFC 8785: keys sorted by UTF-16 code units, no white space, UTF-8).
 * Properties that are `undefined` count as absent. Throws `TypeError` on anything that JSON cannot say.
 */
export function encodeCanonical(value: unknown): Uint8Array {
  return encoder.encode(canonicalText(value));
}

/** Parses canonical bytes. Throws `SyntaxError` where the bytes are not exactly what `encodeCanonical` gives. */
export function decodeCanonical(bytes: Uint8Array): Json {
  let text: string;
  let value: Json;
  let isCanonical: boolean;
  try {
    text = decoder.decode(bytes);
    value = JSON.parse(text) as Json;
    // Encoding again is the whole check: duplicate keys, order, spaces, `1.0` and `\u0041` all end here. The platform
    // does it several times as fast, but keeps the order of keys that it finds.
    isCanonical = (JSON.stringify(value) === text && isOrdered(value)) || canonicalText(value) === text;
  } catch {
    // The parser's own message quotes its input, and that may be a secret's name.
    throw new SyntaxError('not JSON');
  }
  if (!isCanonical) throw new SyntaxError('not canonical JSON');
  return value;
}

function isOrdered(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isOrdered);
  return isSorted(Object.keys(value)) && Object.values(value).every(isOrdered);
}

/** The same as text: what `encodeCanonical` encodes as UTF-8. */
export function canonicalText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('a number that JSON cannot say');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? arrayText(value) : objectText(value);
    default:
      throw new TypeError(`a ${typeof value} is not JSON`);
  }
}

/** What was canonical when it was read is so already. */
function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i += 1) if ((keys[i - 1] as string) > (keys[i] as string)) return false;
  return true;
}

function arrayText(values: readonly unknown[]): string {
  return values.length === 0 ? '[]' : `[${values.map(canonicalText).join(',')}]`;
}

function objectText(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('not a plain object');
  const members = value as Record<string, unknown>;
  const keys = Object.keys(members);
  if (!isSorted(keys)) keys.sort();
  let text = '';
  for (const key of keys) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalText(member)}`;
  }
  return `{${text}}`;
}
