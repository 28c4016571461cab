/**
 * The forms in which an upstream may echo a key: as it is, in base64 at each of its three alignments (a key in the midst of
 * something that was encoded as a whole), percent-encoded, as JSON escapes it, in hex. Longest first.
 */
export function keyPatterns(spellings: readonly string[]): readonly Buffer[] {
  const texts = new Set(spellings.flatMap(formsOf));
  // What is shorter would be found where it is nobody's key.
  const long = [...texts].filter((text) => text.length >= SHORTEST);
  return long.sort((a, b) => b.length - a.length).map((text) => Buffer.from(text, 'latin1'));
}

const SHORTEST = 6;

function formsOf(key: string): readonly string[] {
  const bytes = Buffer.from(key);
  const base64 = [
    bytes.toString('base64').replace(/=+$/, ''),
    ...[0, 1, 2].map((at) => innerBase64(bytes, at)),
  ];
  return [
    key,
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    encodeURIComponent(key),
    JSON.stringify(key).slice(1, -1).replaceAll('/', '\\/'),
    JSON.stringify(key).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ];
}

/** The letters that depend on the key alone when `before` bytes (mod 3) stand in front of it. */
function innerBase64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
