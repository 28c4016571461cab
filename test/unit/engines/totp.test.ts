import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { decodeBase32, encodeBase32 } from '../../../electron/engines/totp/base32.ts';
import { keyUrl, parseKeyUrl } from '../../../electron/engines/totp/key-url.ts';
import { codeAt, stepAt } from '../../../electron/engines/totp/time-code.ts';
import { totpEngine } from '../../../electron/engines/totp/totp-engine.ts';
import { openLoneEngine } from '../../support/lone-engine.ts';

type Lone = Awaited<ReturnType<typeof openLoneEngine>>;
type Data = Record<string, unknown>;

let engine: Lone;
beforeEach(async () => {
  engine = await openLoneEngine(totpEngine);
});

const write = async (path: string, data: Data) => ({ ...(await engine.ask('update', path, data)).data });
const code = async (name: string) => String((await engine.ask('read', `code/${name}`)).data?.['code']);
const valid = async (name: string, text: string) => (await write(`code/${name}`, { code: text }))['valid'];
const why = (asked: Promise<unknown>) =>
  asked.then(
    () => 'was not refused',
    (error: Error) => error.message,
  );

/** The seeds of RFC 6238, appendix B: the same digits, as long as each hash. */
const SEEDS = {
  SHA1: Buffer.from('12345678901234567890'),
  SHA256: Buffer.from('12345678901234567890123456789012'),
  SHA512: Buffer.from('1234567890123456789012345678901234567890123456789012345678901234'),
};
const VECTORS: readonly (readonly [number, string, string, string])[] = [
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
];

describe('codes', () => {
  test.each(VECTORS)(
    'at %i seconds are those of RFC 6238, appendix B',
    async (seconds, sha1, sha256, sha512) => {
      engine.clock.at = seconds * 1000;
      for (const [algorithm, wanted] of Object.entries({ SHA1: sha1, SHA256: sha256, SHA512: sha512 })) {
        const secret = SEEDS[algorithm as keyof typeof SEEDS];
        for (const digits of [8, 6]) {
          const name = `${algorithm}-${digits}`;
          await write(`keys/${name}`, { key: encodeBase32(secret), algorithm, digits });
          expect(await code(name)).toBe(wanted.slice(-digits));
          expect(await valid(name, wanted.slice(-digits))).toBe(true);
        }
      }
    },
  );

  test('are accepted one step early and late, no further, and not at all without skew', async () => {
    const terms = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
    const at = (step: number) => codeAt(SEEDS.SHA1, stepAt(engine.clock.at, terms) + step, terms);
    const key = encodeBase32(SEEDS.SHA1);
    for (const [step, skew, wanted] of [
      [0, 1, true],
      [-1, 1, true],
      [1, 1, true],
      [-2, 1, false],
      [2, 1, false],
      [0, 0, true],
      [-1, 0, false],
      [1, 0, false],
    ] as const) {
      await write('keys/k', { key, skew });
      expect([step, skew, await valid('k', at(step))]).toEqual([step, skew, wanted]);
    }
    for (const text of ['', '12345', '1234567', 'abcdef', ' 94287']) {
      if (text === '') expect(await why(valid('k', text))).toContain('required');
      else expect(await valid('k', text)).toBe(false);
    }
  });

  test('are accepted once, and no older one after a newer', async () => {
    const terms = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
    await write('keys/k', { key: encodeBase32(SEEDS.SHA1) });
    const now = stepAt(engine.clock.at, terms);
    const at = (step: number) => codeAt(SEEDS.SHA1, now + step, terms);
    expect(await valid('k', at(0))).toBe(true);
    expect(await why(valid('k', at(0)))).toBe('code already used; wait until the next time period');
    expect(await why(valid('k', at(-1)))).toContain('already used');
    engine.clock.at += 30_000;
    expect(await why(valid('k', at(0)))).toContain('already used');
    expect(await valid('k', at(1))).toBe(true);
  });
});

describe('SECURITY(B2): whoever guesses at codes', () => {
  const terms = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
  const right = () => codeAt(SEEDS.SHA1, stepAt(engine.clock.at, terms), terms);
  /** None that is right within the skew. */
  const wrong = () => {
    const now = stepAt(engine.clock.at, terms);
    const near = [-1, 0, 1].map((step) => codeAt(SEEDS.SHA1, now + step, terms));
    return ['000000', '000001', '000002', '000003'].find((text) => !near.includes(text)) ?? '';
  };
  const miss = async (times: number) => {
    for (let time = 0; time < times; time += 1) expect(await valid('k', wrong())).toBe(false);
  };

  beforeEach(() => write('keys/k', { key: encodeBase32(SEEDS.SHA1) }));

  test('waits longer after each, and is told so in words, even with the right code', async () => {
    await miss(4);
    for (const seconds of [30, 60, 120, 240, 480, 900, 900]) {
      await miss(1);
      engine.clock.at += 1;
      const words = `too many wrong codes: this key takes the next one in ${seconds} seconds`;
      expect(await why(valid('k', right()))).toBe(words);
      engine.clock.at += seconds * 1000 - 2;
      expect(await why(valid('k', right()))).toContain('in 1 second');
      engine.clock.at += 1;
    }
    expect(await valid('k', right())).toBe(true);
  });

  test('closes one key, not others; codes are made all the time', async () => {
    await write('keys/other', { key: encodeBase32(SEEDS.SHA1) });
    await miss(5);
    expect(await why(valid('k', right()))).toContain('too many wrong codes');
    expect([await code('k'), await valid('other', right())]).toEqual([right(), true]);
  });

  test('is forgiven by a right code, and by a new key of that name', async () => {
    await miss(4);
    expect(await valid('k', right())).toBe(true);
    engine.clock.at += 60_000;
    await miss(5);
    expect(await why(valid('k', right()))).toContain('too many wrong codes');
    await write('keys/k', { key: encodeBase32(SEEDS.SHA1) });
    expect(await valid('k', right())).toBe(true);
  });

  test('gets no further tries by showing a code that was used: that costs nothing and tells nothing', async () => {
    const used = right();
    expect(await valid('k', used)).toBe(true);
    for (let time = 0; time < 10; time += 1) expect(await why(valid('k', used))).toContain('already used');
    await miss(5);
    expect(await why(valid('k', used))).toContain('too many wrong codes');
  });
});

describe('a key', () => {
  test('that is made here is told once, as an address and as a picture of it', async () => {
    const made = await write('keys/k', {
      generate: true,
      issuer: 'Shop & Co',
      account_name: 'ann@example.com',
      algorithm: 'SHA256',
      digits: 8,
      period: '1m',
    });
    expect(made['url']).toMatch(
      /^otpauth:\/\/totp\/Shop%20%26%20Co:ann%40example\.com\?algorithm=SHA256&digits=8&issuer=Shop%20%26%20Co&period=60&secret=[A-Z2-7]{32}$/,
    );
    const picture = Buffer.from(String(made['barcode']), 'base64');
    expect(picture.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    expect(picture.readUInt32BE(16)).toBe(200);
    expect((await engine.ask('read', 'keys/k')).data).toEqual({
      account_name: 'ann@example.com',
      algorithm: 'SHA256',
      digits: 8,
      issuer: 'Shop & Co',
      period: 60,
    });
    // An authenticator that reads the picture makes the same codes.
    await write('keys/phone', { url: made['url'] });
    expect(await code('phone')).toBe(await code('k'));
    expect((await engine.ask('list', 'keys')).data).toEqual({ keys: ['k', 'phone'] });
    await engine.ask('delete', 'keys/k');
    expect(await why(code('k'))).toBe('unknown key: k');
  });

  test('is told without its picture, or not at all, where that is asked for', async () => {
    const own = { generate: true, issuer: 'Shop', account_name: 'ann' };
    expect((await write('keys/k', { ...own, qr_size: 0 }))['barcode']).toBe('');
    expect(await write('keys/k', { ...own, exported: false })).toEqual({});
  });

  test.each([
    [{ generate: true, account_name: 'a' }, 'issuer'],
    [{ generate: true, issuer: 'a' }, 'account_name'],
    [{ generate: true, issuer: 'a', account_name: 'b', key: 'AAAA' }, 'should not be passed'],
    [{ generate: true, issuer: 'a', account_name: 'b', key_size: 4 }, 'key_size'],
    [{}, 'key value is required'],
    [{ key: 'not base32!' }, 'not base32'],
    [{ key: 'AAAAAAAA', digits: 7 }, '6 or 8'],
    [{ key: 'AAAAAAAA', algorithm: 'MD5' }, 'algorithm'],
    [{ key: 'AAAAAAAA', period: 0 }, 'period'],
    [{ key: 'AAAAAAAA', skew: 2 }, 'skew'],
    [{ url: 'otpauth://hotp/a?secret=AAAAAAAA' }, 'otpauth'],
    [{ url: 'https://example.com' }, 'otpauth'],
  ])('that cannot work is refused: %j', async (data, words) => {
    expect(await why(write('keys/k', data))).toContain(words);
  });

  test('comes back from its address as it went', () => {
    const terms = fc.record({
      issuer: fc
        .string({ minLength: 1 })
        .map((text) => text.trim())
        .filter((text) => text !== ''),
      accountName: fc
        .string({ minLength: 1 })
        .map((text) => text.trim())
        .filter((text) => text !== ''),
      algorithm: fc.constantFrom('SHA1', 'SHA256', 'SHA512'),
      digits: fc.constantFrom(6, 8),
      period: fc.integer({ min: 1, max: 600 }),
    });
    const secret = fc.uint8Array({ minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(terms, secret, (asked, bytes) => {
        const read = parseKeyUrl(keyUrl(bytes, asked));
        expect(decodeBase32(read.secret)).toEqual(bytes);
        expect(read.issuer).toBe(asked.issuer);
        expect([read.algorithm, read.digits, read.period]).toEqual([
          asked.algorithm,
          `${asked.digits}`,
          `${asked.period}`,
        ]);
      }),
    );
    expect(decodeBase32('mzxw 6ytb-oi======')).toEqual(new TextEncoder().encode('foobar'));
    expect(decodeBase32('A')).toBeUndefined();
  });
});

test('a key whose names are too long to draw is refused, and is not there', async () => {
  const asked = { generate: true, issuer: 'shop', account_name: 'a'.repeat(5000) };
  expect(await why(write('keys/long', asked))).toContain('too long for a barcode');
  expect(await why(code('long'))).toContain('unknown key');
});
