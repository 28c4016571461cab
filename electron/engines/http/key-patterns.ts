/**
 * The forms in which an upstream may echo a key: as it is, in base64 at each of its three alignments (a key in the midst of
 * something that was encoded as a whole), as queries, JSON and HTML escape it, in hex, in UTF-16. Longest first.
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
    // A key in hex is the same in either case, and of any other a part is better hidden too.
    key.toLowerCase(),
    key.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ...escapesOf(key),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    Buffer.from(key, 'utf16le').toString('latin1'),
    Buffer.from(key, 'utf16le').swap16().toString('latin1'),
  ];
}

/** As the common writers of queries, JSON and HTML spell it; they differ in which signs they leave as they are. */
function escapesOf(key: string): readonly string[] {
  const percent = [/[^\w.~-]/g, /[^\w.-]/g, /[^\w.~!'()*-]/g, /[^\w.~!'()*;/?:@&=+$,#-]/g, /[^A-Za-z0-9]/g];
  const json = JSON.stringify(key).slice(1, -1);
  const unicode = [/[<>&]/g, /[<>&']/g, /[<>&'=]/g, /["<>&'+`]/g, /["<>&'+`/]/g];
  // Quotes and backslashes have their own escapes where they are not among these.
  const inJson = unicode.flatMap((signs) => [
    escaped(json, signs, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
    escaped(key, signs, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
  ]);
  const entities = [
    { '"': '&quot;', "'": '&#39;' },
    { '"': '&quot;', "'": '&#x27;' },
    { '"': '&quot;', "'": '&#x27;', '/': '&#x2F;', '`': '&#x60;', '=': '&#x3D;' },
    { '"': '&#34;', "'": '&#39;', '+': '&#43;' },
    { '"': '&quot;', "'": '&#039;' },
    { '"': '&quot;', "'": '&apos;' },
    {},
  ].map((more) => new Map(Object.entries({ '&': '&amp;', '<': '&lt;', '>': '&gt;', ...more })));
  return [
    ...percent.map((signs) => escaped(key, signs, (code) => `%${code.toString(16).padStart(2, '0')}`)),
    json,
    json.replaceAll('/', '\\/'),
    ...inJson,
  ]
    .flatMap((text) => [text, upperEscapes(text)])
    .concat(entities.map((names) => [...key].map((sign) => names.get(sign) ?? sign).join('')));
}

function escaped(text: string, signs: RegExp, write: (code: number) => string): string {
  return text.replace(signs, (sign) => write(sign.charCodeAt(0)));
}

function upperEscapes(text: string): string {
  return text
    .replace(/%[\da-f]{2}/g, (written) => written.toUpperCase())
    .replace(/\\u[\da-f]{4}/g, (written) => `\\u${written.slice(2).toUpperCase()}`);
}

/** The letters that depend on the key alone when `before` bytes (mod 3) stand in front of it. */
function innerBase64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
