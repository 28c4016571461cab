import {
  createDecipheriv,
  createHash,
  createPublicKey,
  createVerify,
  getCiphers,
  hkdfSync,
  verify as verifyBytes,
} from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { transitEngine } from '../../../electron/engines/transit/transit-engine.ts';
import { openLoneEngine } from '../../support/lone-engine.ts';

type Lone = Awaited<ReturnType<typeof openLoneEngine>>;
type Data = Record<string, unknown>;

let engine: Lone;
beforeEach(async () => {
  engine = await openLoneEngine(transitEngine);
});

const b64 = (text: string) => Buffer.from(text).toString('base64');
const TEXT = b64('the quick brown fox');

async function write(path: string, data: Data = {}): Promise<Data> {
  return { ...(await engine.ask('update', path, data)).data };
}
async function read(path: string): Promise<Data> {
  return { ...(await engine.ask('read', path)).data };
}
const why = (asked: Promise<unknown>) =>
  asked.then(
    () => 'was not refused',
    (error: Error) => error.message,
  );

describe('a key', () => {
  test.each([
    ['aes128-gcm96', true, false],
    ['aes256-gcm96', true, false],
    ['chacha20-poly1305', true, false],
    ['rsa-2048', true, true],
    ['ecdsa-p256', false, true],
    ['ecdsa-p384', false, true],
    ['ecdsa-p521', false, true],
    ['ed25519', false, true],
    ['hmac', false, false],
  ])('of type %s is described by what it can do, and does no more', async (type, encrypts, signs) => {
    const made = await write('keys/k', { type });
    expect(made).toMatchObject({
      name: 'k',
      type,
      latest_version: 1,
      min_decryption_version: 1,
      min_encryption_version: 0,
      supports_encryption: encrypts,
      supports_signing: signs,
    });
    expect(await read('keys/k')).toEqual(made);
    if (encrypts) {
      const { ciphertext, key_version } = await write('encrypt/k', { plaintext: TEXT });
      expect([ciphertext, key_version]).toEqual([expect.stringMatching(/^vault:v1:[A-Za-z0-9+/]+=*$/), 1]);
      expect(await write('decrypt/k', { ciphertext })).toEqual({ plaintext: TEXT });
    } else {
      expect(await why(write('encrypt/k', { plaintext: TEXT }))).toContain('does not support encryption');
    }
    if (signs) {
      const { signature } = await write('sign/k', { input: TEXT });
      expect(await write('verify/k', { input: TEXT, signature })).toEqual({ valid: true });
      expect(await write('verify/k', { input: b64('else'), signature })).toEqual({ valid: false });
    } else {
      expect(await why(write('sign/k', { input: TEXT }))).toContain('does not support signing');
    }
    const { hmac } = await write('hmac/k', { input: TEXT, algorithm: 'sha2-512' });
    expect(await write('verify/k/sha2-512', { input: TEXT, hmac })).toEqual({ valid: true });
    expect(await write('verify/k/sha2-256', { input: TEXT, hmac })).toEqual({ valid: false });
  });

  test('that is there already stays as it is, and one that is not is told of as Vault does', async () => {
    await write('keys/k', { type: 'ed25519' });
    const again = await engine.ask('update', 'keys/k', { type: 'aes256-gcm96' });
    expect([again.data?.['type'], again.warnings]).toEqual(['ed25519', ['key k already existed']]);
    expect(await why(read('keys/none'))).toContain('nothing at that path');
    expect(await why(write('sign/none', { input: TEXT }))).toBe('signing key not found');
    expect(await why(write('decrypt/none', { ciphertext: 'vault:v1:AAAA' }))).toBe(
      'encryption key not found',
    );
    expect(await why(write('keys/k2', { type: 'rot13' }))).toContain('unknown key type');
  });

  test('is made by the first encryption of who may create it', async () => {
    const { data } = await engine.ask('create', 'encrypt/fresh', { plaintext: TEXT });
    expect(await write('decrypt/fresh', { ciphertext: data?.['ciphertext'] })).toEqual({ plaintext: TEXT });
    expect(await read('keys/fresh')).toMatchObject({ type: 'aes256-gcm96', exportable: false });
  });

  test('is deleted only where that is allowed', async () => {
    await write('keys/k');
    expect(await why(engine.ask('delete', 'keys/k'))).toBe('deletion is not allowed for this key');
    await write('keys/k/config', { deletion_allowed: true });
    await engine.ask('delete', 'keys/k');
    expect(await why(read('keys/k'))).toContain('nothing at that path');
  });
});

describe('versions', () => {
  test('encrypt by the latest, decrypt by their own, and are refused where the settings say so', async () => {
    await write('keys/k');
    const first = await write('encrypt/k', { plaintext: TEXT });
    expect((await write('keys/k/rotate'))['latest_version']).toBe(2);
    const second = await write('encrypt/k', { plaintext: TEXT });
    expect(second['ciphertext']).toMatch(/^vault:v2:/);
    expect((await write('encrypt/k', { plaintext: TEXT, key_version: 1 }))['ciphertext']).toMatch(
      /^vault:v1:/,
    );
    expect(await write('decrypt/k', { ciphertext: first['ciphertext'] })).toEqual({ plaintext: TEXT });
    const rewrapped = await write('rewrap/k', { ciphertext: first['ciphertext'] });
    expect(rewrapped).toMatchObject({ ciphertext: expect.stringMatching(/^vault:v2:/), key_version: 2 });
    await write('keys/k/config', { min_decryption_version: 2, min_encryption_version: 2 });
    expect(await why(write('decrypt/k', { ciphertext: first['ciphertext'] }))).toContain('too old');
    expect(await why(write('encrypt/k', { plaintext: TEXT, key_version: 1 }))).toContain(
      'less than the minimum',
    );
    expect(await why(write('encrypt/k', { plaintext: TEXT, key_version: 3 }))).toContain(
      'higher than the latest',
    );
    expect(Object.keys((await read('keys/k'))['keys'] as object)).toEqual(['2']);
  });

  test('that were trimmed are gone, and no other can be', async () => {
    await write('keys/k');
    await write('keys/k/rotate');
    expect(await why(write('keys/k/trim', { min_available_version: 2 }))).toContain(
      'encryption version is not set',
    );
    await write('keys/k/config', { min_decryption_version: 2, min_encryption_version: 2 });
    await write('keys/k/trim', { min_available_version: 2 });
    expect(await read('keys/k')).toMatchObject({ min_available_version: 2, latest_version: 2 });
    expect(await why(write('keys/k/config', { min_decryption_version: 1 }))).toContain('min available');
    expect(await why(write('keys/k/config', { min_decryption_version: 3 }))).toContain(
      'latest key version is 2',
    );
  });
});

describe('ciphertexts', () => {
  test.each(['aes128-gcm96', 'aes256-gcm96', 'chacha20-poly1305'])(
    'of %s are opened by what Vault documents, and by nothing that was changed',
    async (type) => {
      await write('keys/k', { type, exportable: true });
      const aad = b64('row 7');
      const { ciphertext } = await write('encrypt/k', { plaintext: TEXT, associated_data: aad });
      const { keys } = await read('export/encryption-key/k');
      const key = Buffer.from((keys as Record<string, string>)['1'] ?? '', 'base64');
      const sealed = Buffer.from(String(ciphertext).split(':')[2] ?? '', 'base64');
      const cipher = type.startsWith('aes') ? `aes-${type.slice(3, 6)}-gcm` : 'chacha20-poly1305';
      // Electron's platform has no second ChaCha20 to compare with.
      if (getCiphers().includes(cipher)) {
        // Both modes take the same options.
        const mode = cipher as 'aes-256-gcm';
        const open = createDecipheriv(mode, key, sealed.subarray(0, 12), { authTagLength: 16 });
        open.setAAD(Buffer.from('row 7'), { plaintextLength: 19 });
        open.setAuthTag(sealed.subarray(-16));
        const plain = Buffer.concat([open.update(sealed.subarray(12, -16)), open.final()]);
        expect(plain.toString()).toBe('the quick brown fox');
      }
      expect(await why(write('decrypt/k', { ciphertext }))).toBe('cipher: message authentication failed');
      for (let at = 0; at < sealed.length; at += 1) {
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ 1;
        const text = `vault:v1:${changed.toString('base64')}`;
        expect(await why(write('decrypt/k', { ciphertext: text, associated_data: aad }))).toBe(
          'cipher: message authentication failed',
        );
      }
    },
  );

  test.each([
    ['aes128-gcm96', 16],
    ['aes256-gcm96', 32],
  ] as const)(
    'of derived keys (%s) open with their context alone; convergent ones are equal for equal texts',
    async (type, length) => {
      await write('keys/k', { type, derived: true, convergent_encryption: true, exportable: true });
      const context = b64('user 1');
      expect(await why(write('encrypt/k', { plaintext: TEXT }))).toContain("missing 'context'");
      const { ciphertext } = await write('encrypt/k', { plaintext: TEXT, context });
      expect((await write('encrypt/k', { plaintext: TEXT, context }))['ciphertext']).toBe(ciphertext);
      expect((await write('encrypt/k', { plaintext: TEXT, context: b64('user 2') }))['ciphertext']).not.toBe(
        ciphertext,
      );
      expect(await write('decrypt/k', { ciphertext, context })).toEqual({ plaintext: TEXT });
      expect(await why(write('decrypt/k', { ciphertext, context: b64('user 2') }))).toContain(
        'authentication failed',
      );
      const { keys } = await read('export/encryption-key/k');
      const root = Buffer.from((keys as Record<string, string>)['1'] ?? '', 'base64');
      const derived = Buffer.from(hkdfSync('sha256', root, '', 'user 1', length + 32)).subarray(0, length);
      const sealed = Buffer.from(String(ciphertext).split(':')[2] ?? '', 'base64');
      const open = createDecipheriv(`aes-${length === 16 ? 128 : 256}-gcm`, derived, sealed.subarray(0, 12));
      open.setAuthTag(sealed.subarray(-16));
      expect(Buffer.concat([open.update(sealed.subarray(12, -16)), open.final()]).toString()).toBe(
        'the quick brown fox',
      );
      expect(await why(write('keys/x', { convergent_encryption: true }))).toContain('requires derivation');
    },
  );

  test.each([
    ['nothing', 'no prefix'],
    ['vault:v1', 'wrong number of fields'],
    ['vault:vx:AAAA', 'wrong number of fields'],
    ['vault:v0:AAAA', 'too new'],
    ['vault:v9:AAAA', 'too new'],
    ['vault:v1:****', 'could not decode base64'],
    ['vault:v1:AAAA', 'length is less than expected'],
  ])('that are none are refused: %s', async (ciphertext, words) => {
    await write('keys/k');
    expect(await why(write('decrypt/k', { ciphertext }))).toContain(words);
  });

  test('and data keys fit together', async () => {
    await write('keys/k');
    const made = await write('datakey/plaintext/k', { bits: 512 });
    expect(Buffer.from(String(made['plaintext']), 'base64')).toHaveLength(64);
    expect(await write('decrypt/k', { ciphertext: made['ciphertext'] })).toEqual({
      plaintext: made['plaintext'],
    });
    expect(await write('datakey/wrapped/k')).not.toHaveProperty('plaintext');
    expect(await why(write('datakey/wrapped/k', { bits: 100 }))).toContain('invalid bit length');
  });
});

describe('a batch', () => {
  test('has a result for each, in their order, with the mistakes of each', async () => {
    await write('keys/k');
    const inputs = ['a', 'b', 'c'].map((text) => ({ plaintext: b64(text), reference: text }));
    const { data } = await engine.ask('update', 'encrypt/k', { plaintext: '', batch_input: inputs });
    const results = data?.['batch_results'] as Data[];
    expect(results.map(({ reference }) => reference)).toEqual(['a', 'b', 'c']);
    const broken = [
      ...results.map(({ ciphertext }) => ({ ciphertext })),
      { ciphertext: 'nonsense' },
      { ciphertext: 7 },
    ];
    const opened = await engine.ask('update', 'decrypt/k', { batch_input: broken });
    expect(opened.status).toBe(400);
    expect(opened.data?.['batch_results']).toEqual([
      ...['a', 'b', 'c'].map((text) => ({ plaintext: b64(text) })),
      { error: 'invalid ciphertext: no prefix' },
      { error: 'invalid ciphertext: no prefix' },
    ]);
    const lenient = await engine.ask('update', 'decrypt/k', {
      batch_input: broken,
      partial_failure_response_code: 200,
    });
    expect(lenient.status).toBeUndefined();
    expect(await why(write('encrypt/k', { batch_input: [] }))).toBe('missing batch input to process');
    expect(await why(write('encrypt/k', { batch_input: Array(1001).fill({ plaintext: '' }) }))).toContain(
      '1000',
    );
  });

  test('signs and verifies many', async () => {
    await write('keys/k', { type: 'ecdsa-p256' });
    const made = await write('sign/k', { batch_input: [{ input: b64('a') }, { input: b64('b') }] });
    const signed = made['batch_results'] as Data[];
    const { batch_results } = await write('verify/k', {
      batch_input: [
        { input: b64('a'), signature: signed[0]?.['signature'] },
        { input: b64('a'), signature: signed[1]?.['signature'] },
      ],
    });
    expect(batch_results).toEqual([{ valid: true }, { valid: false }]);
  });
});

describe('signatures', () => {
  const bytes = Buffer.from(TEXT, 'base64');
  const raw = (signature: unknown, encoding: 'base64' | 'base64url' = 'base64') =>
    Buffer.from(String(signature).split(':')[2] ?? '', encoding);
  const publicKey = async () => {
    const { keys } = await read('export/public-key/k');
    return (keys as Record<string, string>)['1'] ?? '';
  };

  test.each(['ecdsa-p384', 'ecdsa-p521'])(
    'of %s are accepted by the platform, as DER and as JWS writes them',
    async (type) => {
      await write('keys/k', { type });
      const key = await publicKey();
      const der = await write('sign/k/sha2-384', { input: TEXT });
      expect(createVerify('sha384').update(bytes).verify(key, raw(der['signature']))).toBe(true);
      const jws = await write('sign/k', {
        input: TEXT,
        hash_algorithm: 'sha2-384',
        marshaling_algorithm: 'jws',
      });
      const options = { key, dsaEncoding: 'ieee-p1363' } as const;
      expect(verifyBytes('sha384', bytes, options, raw(jws['signature'], 'base64url'))).toBe(true);
      expect(await why(write('sign/k', { input: TEXT, prehashed: true }))).toContain('not supported');
    },
  );

  test.each(['pss', 'pkcs1v15'])(
    'of RSA with %s are accepted by the platform, also over a hash that was made before',
    async (padding) => {
      await write('keys/k', { type: 'rsa-2048' });
      const key = await publicKey();
      const options = padding === 'pss' ? { key, padding: 6, saltLength: -2 } : { key };
      const digest = createHash('sha512').update(bytes).digest('base64');
      const terms = { signature_algorithm: padding, hash_algorithm: 'sha2-512' };
      const plain = (await write('sign/k', { ...terms, input: TEXT }))['signature'];
      const hashed = (await write('sign/k', { ...terms, input: digest, prehashed: true }))['signature'];
      for (const signature of [plain, hashed]) {
        expect(verifyBytes('sha512', bytes, options, raw(signature))).toBe(true);
        expect(await write('verify/k', { ...terms, input: TEXT, signature })).toEqual({ valid: true });
        expect(await write('verify/k', { ...terms, input: digest, prehashed: true, signature })).toEqual({
          valid: true,
        });
        const broken = raw(signature);
        broken[40] = (broken[40] ?? 0) ^ 1;
        const text = `vault:v1:${broken.toString('base64')}`;
        expect(
          await write('verify/k', { ...terms, input: digest, prehashed: true, signature: text }),
        ).toEqual({ valid: false });
      }
      expect(await why(write('sign/k', { ...terms, input: TEXT, prehashed: true }))).toContain(
        'length of its hash',
      );
    },
  );

  test('of Ed25519 are accepted by the platform; of derived keys by the public key of the context', async () => {
    await write('keys/k', { type: 'ed25519', derived: true });
    const context = b64('user 1');
    const { signature, public_key } = await write('sign/k', { input: TEXT, context });
    const x = Buffer.from(String(public_key), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    expect(verifyBytes(null, bytes, key, raw(signature))).toBe(true);
    expect(await write('verify/k', { input: TEXT, context, signature })).toEqual({ valid: true });
    expect(await write('verify/k', { input: TEXT, context: b64('user 2'), signature })).toEqual({
      valid: false,
    });
  });
});

describe('secrets', () => {
  test('leave the vault only where a key is exportable, for good', async () => {
    await write('keys/k');
    expect(await why(read('export/encryption-key/k'))).toBe('private key material is not exportable');
    expect(await why(read('backup/k'))).toBe('exporting is disallowed on the policy');
    await write('keys/k/config', { exportable: true });
    await write('keys/k/config', { exportable: false });
    expect((await read('keys/k'))['exportable']).toBe(true);
    expect(await why(read('backup/k'))).toBe('plaintext backup is disallowed on the policy');
    expect(await why(read('export/signing-key/k'))).toContain('signing not supported');
    expect((await read('export/encryption-key/k/latest'))['keys']).toHaveProperty('1');
    expect(await why(read('export/encryption-key/k/9'))).toContain('version does not exist');
  });

  test('come back from a backup, under another name or in the place of one that is there', async () => {
    await write('keys/k', { exportable: true, allow_plaintext_backup: true });
    await write('keys/k/rotate');
    const { ciphertext } = await write('encrypt/k', { plaintext: TEXT, key_version: 1 });
    const { backup } = await read('backup/k');
    expect(await why(write('restore', { backup }))).toBe('key "k" already exists');
    await write('restore/other', { backup });
    expect(await write('decrypt/other', { ciphertext })).toEqual({ plaintext: TEXT });
    await write('restore', { backup, force: true });
    expect(await read('keys/k')).toMatchObject({ latest_version: 2 });
    expect(await write('decrypt/k', { ciphertext })).toEqual({ plaintext: TEXT });
    expect(await why(write('restore/x', { backup: b64('{}') }))).toContain('not one that was made here');
  });
});

test('hashes and random bytes are what their names say', async () => {
  const sum = createHash('sha512').update(Buffer.from(TEXT, 'base64'));
  expect(await write('hash/sha2-512', { input: TEXT })).toEqual({ sum: sum.digest('hex') });
  expect((await write('hash', { input: TEXT, algorithm: 'sha3-256', format: 'base64' }))['sum']).toHaveLength(
    44,
  );
  expect(await why(write('hash/md5', { input: TEXT }))).toContain('unsupported hash algorithm');
  expect((await write('random/16', { format: 'hex' }))['random_bytes']).toHaveLength(32);
  expect(Buffer.from(String((await write('random/platform/40'))['random_bytes']), 'base64')).toHaveLength(40);
  expect(await why(write('random/200000'))).toContain('should be less than');
  expect(await why(write('keys/k', { auto_rotate_period: '30m' }))).toContain('at least an hour');
});
