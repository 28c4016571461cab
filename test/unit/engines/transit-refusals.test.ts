import { createHash, createHmac, getHashes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { transitEngine } from '../../../electron/engines/transit/transit-engine.ts';
import { openLoneEngine } from '../../support/lone-engine.ts';

type Lone = Awaited<ReturnType<typeof openLoneEngine>>;
type Data = Record<string, unknown>;

let engine: Lone;
beforeEach(async () => {
  engine = await openLoneEngine(transitEngine);
});

const b64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const TEXT = b64('the quick brown fox');
const CONTEXT = b64('user 1');

const write = async (path: string, data: Data = {}): Promise<Data> => ({
  ...(await engine.ask('update', path, data)).data,
});
const read = async (path: string): Promise<Data> => ({ ...(await engine.ask('read', path)).data });
/** What a request is refused with; anything but a caller's own mistake is a bug. */
const why = (asked: Promise<unknown>) =>
  asked.then(
    () => 'was not refused',
    (error: Error & { code?: string }) =>
      error.code === 'invalid-request' ? error.message : `${error.code}: ${error.message}`,
  );

describe('a convergent key', () => {
  test.each(['aes256-gcm96', 'chacha20-poly1305'])(
    'of type %s never uses a nonce for two different things',
    async (type) => {
      await write('keys/k', { type, derived: true, convergent_encryption: true });
      const sealed = async (more: Data) =>
        Buffer.from(
          String(
            (await write('encrypt/k', { plaintext: TEXT, context: CONTEXT, ...more }))['ciphertext'],
          ).slice('vault:v1:'.length),
          'base64',
        );
      const ciphertexts = await Promise.all([
        sealed({}),
        sealed({ associated_data: b64('row 1') }),
        sealed({ associated_data: b64('row 2') }),
        sealed({ plaintext: b64('the quick brown fog') }),
      ]);
      // Equal nonces under different tags would give away the key that authenticates.
      expect(new Set(ciphertexts.map((bytes) => bytes.toString('hex', 0, 12))).size).toBe(4);
      const again = await sealed({ associated_data: b64('row 1') });
      expect(again).toEqual(ciphertexts[1]);
      expect(
        await write('decrypt/k', {
          ciphertext: `vault:v1:${b64(again)}`,
          context: CONTEXT,
          associated_data: b64('row 1'),
        }),
      ).toEqual({ plaintext: TEXT });
      // None, and empty, are the same to the cipher too.
      expect(await sealed({ associated_data: '' })).toEqual(ciphertexts[0]);
    },
  );
});

describe('a key that the first encryption makes', () => {
  const isDerived = async () => (await read('keys/k'))['derived'];

  test('is derived where a context is given, also by the first of a batch', async () => {
    const { data } = await engine.ask('create', 'encrypt/k', {
      batch_input: [{ plaintext: TEXT, context: CONTEXT }],
    });
    expect(await isDerived()).toBe(true);
    const [made] = (data?.['batch_results'] ?? []) as readonly Data[];
    expect(await why(write('decrypt/k', { ciphertext: made?.['ciphertext'], context: b64('user 2') }))).toBe(
      'cipher: message authentication failed',
    );
  });

  test.each([[null], ['']])('is not where the context is %j', async (context) => {
    await engine.ask('create', 'encrypt/k', { plaintext: TEXT, context });
    expect(await isDerived()).toBe(false);
  });

  test('is convergent in every spelling of true, and refused in none of a boolean', async () => {
    const asked = { plaintext: TEXT, context: CONTEXT };
    await engine.ask('create', 'encrypt/k', { ...asked, convergent_encryption: '1' });
    expect((await read('keys/k'))['convergent_encryption']).toBe(true);
    expect(
      await why(engine.ask('create', 'encrypt/l', { ...asked, convergent_encryption: 'yes' })),
    ).toContain('convergent_encryption');
  });
});

describe('what is not offered', () => {
  test('is RSA encryption with a padding that tells whether it was right', async () => {
    await write('keys/k', { type: 'rsa-2048' });
    const { ciphertext } = await write('encrypt/k', { plaintext: TEXT, padding_scheme: 'oaep' });
    for (const path of ['encrypt/k', 'decrypt/k', 'rewrap/k']) {
      const asked = { plaintext: TEXT, ciphertext, padding_scheme: 'pkcs1v15' };
      expect(await why(write(path, asked))).toBe('padding_scheme must be oaep');
    }
  });

  test('is a version that decrypts no more', async () => {
    await write('keys/k');
    await write('keys/k/rotate');
    await write('keys/k/config', { min_decryption_version: 2 });
    for (const path of ['encrypt/k', 'hmac/k', 'datakey/wrapped/k']) {
      const asked = { plaintext: TEXT, input: TEXT, key_version: 1 };
      expect(await why(write(path, asked))).toContain('less than the minimum');
    }
  });

  test('is a second spelling of a signature or an HMAC', async () => {
    await write('keys/k', { type: 'ecdsa-p256' });
    const { signature } = await write('sign/k', { input: TEXT });
    const { hmac } = await write('hmac/k', { input: TEXT });
    for (const more of ['!', '\n', '=', ' ']) {
      expect(await why(write('verify/k', { input: TEXT, signature: `${signature}${more}` }))).toContain(
        'invalid base64 signature',
      );
      expect(await why(write('verify/k', { input: TEXT, hmac: `${hmac}${more}` }))).toContain(
        'invalid base64 HMAC',
      );
    }
  });

  test('is a salt that does not fit; -1 and 0 are the words for hash and auto', async () => {
    await write('keys/k', { type: 'rsa-2048' });
    const digest = createHash('sha256').update(Buffer.from(TEXT, 'base64')).digest('base64');
    for (const asked of [{ input: TEXT }, { input: digest, prehashed: true }]) {
      for (const salt_length of [223, 100_000, -2]) {
        expect(await why(write('sign/k', { ...asked, salt_length }))).toMatch(/salt_length|>=-1/);
      }
      for (const [salt_length, fits, other] of [
        [-1, 32, 222],
        ['hash', 32, 222],
        [0, 222, 32],
        ['auto', 222, 32],
        [20, 20, 32],
      ]) {
        const { signature } = await write('sign/k', { ...asked, salt_length });
        const valid = async (length: unknown) =>
          (await write('verify/k', { ...asked, signature, salt_length: length }))['valid'];
        expect([salt_length, await valid(fits), await valid(other), await valid(0)]).toEqual([
          salt_length,
          true,
          false,
          true,
        ]);
      }
    }
  });
});

describe('a backup that was tampered with', () => {
  const changed = async (type: string, change: (form: Record<string, never>) => object) => {
    await write('keys/k', { type, exportable: true, allow_plaintext_backup: true });
    await write('keys/k/rotate');
    const form = JSON.parse(Buffer.from(String((await read('backup/k'))['backup']), 'base64').toString());
    return why(write('restore/other', { backup: b64(JSON.stringify({ ...form, ...change(form) })) }));
  };

  test.each<[string, (form: { versions: Data[] }) => object]>([
    ['a version twice', ({ versions }) => ({ versions: [versions[0], versions[0]] })],
    ['a version missing', ({ versions }) => ({ versions: versions.slice(1) })],
    ['more versions than it says', () => ({ latest: 1 })],
    ['all versions too old', () => ({ minDecryption: 3 })],
    ['another type', () => ({ type: 'ecdsa-p256' })],
    [
      'a key that is too short',
      ({ versions }) => ({
        versions: versions.map((version) => ({
          ...version,
          material: b64(JSON.stringify({ key: b64('short'), hmac: b64('short') })),
        })),
      }),
    ],
  ])('is refused as a whole: %s', async (_what, change) => {
    expect(await changed('aes256-gcm96', change as never)).toMatch(/^(?:backup|this is no key of type)/);
    expect(await why(read('keys/other'))).toContain('not-found');
  });

  test('is refused where its pair is of another kind', async () => {
    expect(await changed('ecdsa-p256', () => ({ type: 'ecdsa-p384' }))).toContain(
      'no key of type ecdsa-p384',
    );
    expect(await changed('ed25519', () => ({ type: 'rsa-2048' }))).toContain('no key of type rsa-2048');
  });
});

test('SHA-3 is there for hashes and HMACs on every platform', async () => {
  await write('keys/k', { type: 'hmac', exportable: true });
  const { keys } = await read('export/hmac-key/k');
  const key = Buffer.from((keys as Record<string, string>)['1'] ?? '', 'base64');
  expect((await write('hash/sha3-256', { input: '' }))['sum']).toBe(
    'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a',
  );
  for (const size of [224, 256, 384, 512]) {
    const { sum } = await write(`hash/sha3-${size}`, { input: TEXT });
    expect(sum).toHaveLength(size / 4);
    const { hmac } = await write(`hmac/k/sha3-${size}`, { input: TEXT });
    expect(await write(`verify/k/sha3-${size}`, { input: TEXT, hmac })).toEqual({ valid: true });
    if (!getHashes().includes(`sha3-${size}`)) continue;
    const bytes = Buffer.from(TEXT, 'base64');
    expect(sum).toBe(createHash(`sha3-${size}`).update(bytes).digest('hex'));
    expect(hmac).toBe(`vault:v1:${createHmac(`sha3-${size}`, key).update(bytes).digest('base64')}`);
  }
  await write('keys/s', { type: 'ecdsa-p256' });
  const signed = await why(write('sign/s/sha3-256', { input: TEXT }));
  expect(signed).toBe(
    getHashes().includes('sha3-256')
      ? 'was not refused'
      : 'this hash algorithm is not there for signatures on this platform',
  );
});
