import { createServer } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { understandListVerb } from '../../../electron/broker/list-verb.ts';
import { RequestFramer } from '../../../electron/broker/request-framer.ts';
import { duplexPair } from './duplex-pair.ts';

/** Sends the text through a framer in pieces of the given sizes, and gives what comes out. */
function frame(text: string, sizes: readonly number[] = []): string {
  const framer = new RequestFramer();
  const bytes = Buffer.from(text, 'latin1');
  for (const piece of pieces(bytes, sizes)) framer.renameVerbs(piece);
  return bytes.toString('latin1');
}

function pieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % Math.max(sizes.length, 1)] ?? bytes.length;
    found.push(bytes.subarray(at, at + size));
    at += size;
  }
  return found;
}

describe('the verb LIST', () => {
  test.each([
    ['becomes LINK', 'LIST /v1/a HTTP/1.1\r\n\r\n', 'LINK /v1/a HTTP/1.1\r\n\r\n'],
    ['is told from a LINK that the client sends', 'LINK / HTTP/1.1\r\n\r\n', 'LISK / HTTP/1.1\r\n\r\n'],
    ['cannot be had by sending what becomes LINK', 'LISK / HTTP/1.1\r\n\r\n', 'LINT / HTTP/1.1\r\n\r\n'],
    ['is found after empty lines', '\r\n\nLIST / HTTP/1.1\r\n\r\n', '\r\n\nLINK / HTTP/1.1\r\n\r\n'],
    ['is not looked for in an address', 'GET /LIST LIST HTTP/1.1\r\n\r\n', 'GET /LIST LIST HTTP/1.1\r\n\r\n'],
    [
      'is not looked for in headers',
      'GET / HTTP/1.1\r\nLIST: LIST \r\n\r\n',
      'GET / HTTP/1.1\r\nLIST: LIST \r\n\r\n',
    ],
    [
      'is not looked for in a body',
      'POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\nLIST / LIST / HTTP/1.1\r\n\r\n',
      'POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\nLIST / LINK / HTTP/1.1\r\n\r\n',
    ],
    [
      'is not looked for in chunks',
      'POST / HTTP/1.1\r\ntransfer-encoding:chunked\r\n\r\n5\r\nLIST \r\n1\r\n\n\r\n0\r\n\r\nLIST / HTTP/1.1\r\n\r\n',
      'POST / HTTP/1.1\r\ntransfer-encoding:chunked\r\n\r\n5\r\nLIST \r\n1\r\n\n\r\n0\r\n\r\nLINK / HTTP/1.1\r\n\r\n',
    ],
  ])('%s', (_what, sent, expected) => {
    expect(frame(sent)).toBe(expected);
    expect(frame(sent, [1]), 'byte by byte').toBe(expected);
  });

  test.each([
    ['both a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked'],
    ['chunks and then a length', 'Transfer-Encoding: chunked\r\nContent-Length: 4'],
    ['two lengths', 'Content-Length: 0\r\nContent-Length: 0'],
    ['a length that is no number', 'Content-Length: 0x0'],
    ['a list of lengths', 'Content-Length: 0, 0'],
    ['a space before the colon', 'Content-Length : 0'],
    ['another coding', 'Transfer-Encoding: gzip, chunked'],
    ['a coding that only looks like chunked', 'Transfer-Encoding: xchunked'],
    ['a folded header', 'Transfer-Encoding:\r\n chunked'],
    ['an upgrade', 'Upgrade: websocket'],
  ])('is left alone for good after a request with %s', (_what, headers) => {
    const text = `POST / HTTP/1.1\r\n${headers}\r\n\r\nLIST / HTTP/1.1\r\n\r\nLIST / HTTP/1.1\r\n\r\n`;
    expect(frame(text)).toBe(text);
    expect(frame(text, [1])).toBe(text);
  });

  test.each([
    ['a chunk extension', '1;a="\r\n"\r\n'],
    ['a chunk size that is none', 'LIST\r\n'],
    ['a trailer', '0\r\nA: b\r\n'],
  ])('is left alone for good after %s', (_what, chunk) => {
    const text = `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}\r\nLIST / HTTP/1.1\r\n\r\n`;
    expect(frame(text)).toBe(text);
  });
});

const verb = fc.constantFrom(
  'LIST',
  'LIST',
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'LINK',
  'LISK',
  'LOCK',
  'LI',
);
const renamed: Readonly<Record<string, string>> = { LIST: 'LINK', LINK: 'LISK', LISK: 'LINT' };
const body = fc.oneof(
  fc.constantFrom('LIST / HTTP/1.1\r\n\r\n', '0\r\n\r\nLIST ', '\r\n\r\nLIST /', ''),
  fc.string({ maxLength: 60 }).map((text) => Buffer.from(text).toString('latin1')),
);
const header = fc.constantFrom('A: b', 'LIST: x', 'X-Content-Length: 3', 'Content-Lengthy: 9', 'Host: LIST ');
/** One well-formed request, as it is sent and as it must come out. */
const request = fc
  .tuple(
    verb,
    fc.array(header, { maxLength: 3 }),
    fc.array(body, { maxLength: 3 }),
    fc.boolean(),
    fc.constantFrom('', '\r\n'),
  )
  .map(([method, headers, bodies, chunked, before]) => {
    const whole = bodies.join('');
    const chunks = bodies
      .filter((part) => part !== '')
      .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
    const lines = [...headers, chunked ? 'Transfer-encoding: chunked' : `content-length:${whole.length}`];
    const rest = ` / HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${chunked ? `${chunks.join('')}0\r\n\r\n` : whole}`;
    return { sent: before + method + rest, expected: before + (renamed[method] ?? method) + rest };
  });
const splits = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }),
);

test('however requests are pipelined and split, only the verbs are changed', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 5 }), splits, (requests, sizes) => {
      const text = requests.map((each) => each.sent).join('');
      expect(frame(text, sizes)).toBe(requests.map((each) => each.expected).join(''));
    }),
    { numRuns: 3000 },
  );
});

test('however it is split, any stream comes out the same', () => {
  const junk = fc.array(
    fc.oneof(
      fc.constantFrom(
        'LIST ',
        'LINK',
        '\r\n',
        '\n',
        '\r',
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
        ' ',
        '5',
        '0',
        ';',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(junk, splits, (parts, sizes) => {
      const text = Buffer.from(parts.join('')).toString('latin1');
      expect(frame(text, sizes)).toBe(frame(text));
    }),
    { numRuns: 2000 },
  );
});

/** What Node's own parser makes of a stream: method, address and body of each request. */
async function parse(text: string, withFramer: boolean): Promise<string[]> {
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    let read = '';
    incoming.setEncoding('latin1');
    incoming.on('data', (part: string) => {
      read += part;
    });
    incoming.on('end', () => {
      seen.push(`${incoming.method} ${incoming.url} ${read}`);
      response.end();
    });
  });
  if (withFramer) understandListVerb(server, 'connection');
  const [client, served] = duplexPair();
  const done = new Promise<void>((resolve) => {
    client.once('close', resolve);
    client.once('end', resolve);
  });
  // What came before the error is still on its way to the handler.
  server.on('clientError', (_error, socket) => setImmediate(() => setImmediate(() => socket.destroy())));
  served.on('close', () => client.destroy());
  server.emit('connection', served);
  client.resume();
  client.end(Buffer.from(text, 'latin1'));
  await done;
  return seen;
}

test('in ambiguous streams too, a body reaches the handler as it was sent, and no request is hidden or invented', async () => {
  const framing = fc.constantFrom(
    'Content-Length: 5',
    'Content-Length: 0',
    'content-length:\t5 ',
    'Content-Length: 5, 5',
    'Content-Length : 5',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: identity',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding:\r\n chunked',
    'Content-Length:\r\n 5',
    'Upgrade: h2c\r\nConnection: upgrade',
    'A: b',
    ' folded',
  );
  const part = fc.constantFrom(
    'LIST ',
    'LIST /\r\n',
    '5\r\nLIST \r\n',
    '5;x=y\r\nLIST \r\n',
    '0\r\n\r\n',
    '0\r\nX: y\r\n\r\n',
    '\r\n',
    '\n',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n',
    'GET /LIST HTTP/1.1\r\nHost: a\r\n\r\n',
  );
  const stream = fc
    .tuple(
      fc.oneof(
        fc.constantFrom(['Content-Length: 5'], ['Transfer-Encoding: chunked'], []),
        fc.array(framing, { maxLength: 3 }),
      ),
      fc.array(part, { maxLength: 8 }),
      fc.constantFrom('\r\n', '\r\n', '\n'),
    )
    .map(([headers, parts, newline]) =>
      [['POST /first HTTP/1.1', 'Host: a', ...headers, '', ''].join(newline), ...parts].join(''),
    );
  let several = 0;
  await fc.assert(
    fc.asyncProperty(stream, async (text) => {
      // A LIST in a method's place is refused without the framer: what is compared is all that comes before it.
      const plain = await parse(text, false);
      const framed = await parse(text, true);
      expect(framed.slice(0, plain.length)).toEqual(plain);
      for (const more of framed.slice(plain.length, plain.length + 1)) expect(more).toMatch(/^LINK \S* /);
      if (plain.length > 1) several += 1;
    }),
    { numRuns: 1500 },
  );
  expect(several).toBeGreaterThan(50);
});
