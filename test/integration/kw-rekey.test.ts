import { join } from 'node:path';
import nodeVault from 'node-vault';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';
import { askRaw } from '../support/raw-http.ts';

// biome-ignore lint/suspicious/noExplicitAny: Vault's bodies, of many kinds
type Json = any;

let home: KwHome;
let address: string;
beforeEach(() => {
  home = makeKwHome();
});
afterEach(() => home.remove());

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const OTP_LENGTH = 47;

async function serve(): Promise<void> {
  const args = ['--vault', join(home.folder, 'vault'), '--listen', '127.0.0.1:0', '--backups', 'none'];
  address = (await home.serve(args)).address;
}

/** A vault of shares, open. */
async function openWithShares(total: number, threshold: number): Promise<{ keys: string[]; root: string }> {
  await serve();
  const made = await put('sys/init', { secret_shares: total, secret_threshold: threshold });
  await unseal(made.keys.slice(0, threshold));
  return { keys: made.keys, root: made.root_token };
}

async function send(method: string, path: string, body?: object, token?: string): Promise<[number, Json]> {
  const answer = await askRaw(address, {
    method,
    path,
    ...(body && { body: JSON.stringify(body) }),
    ...(token !== undefined && { token }),
  });
  return [answer.status, answer.body === '' ? undefined : JSON.parse(answer.body)];
}

async function put(path: string, body: object, token?: string): Promise<Json> {
  const [status, json] = await send('PUT', path, body, token);
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(json.errors)}`);
  return json;
}

const get = async (path: string, token?: string) => (await send('GET', path, undefined, token))[1];
const seal = (root: string) => put('sys/seal', {}, root);

async function unseal(keys: readonly string[]): Promise<Json> {
  let status: Json;
  for (const key of keys) status = await put('sys/unseal', { key });
  return status;
}

async function give(path: string, nonce: string, keys: readonly string[]): Promise<Json> {
  let answer: Json;
  for (const key of keys) answer = await put(path, { nonce, key });
  return answer;
}

/** The same key with its last digit changed. */
const forge = (key = '') => `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;

describe('sys/rekey', () => {
  test('puts new shares in the place of the old ones, and starts an epoch', async () => {
    const { keys, root } = await openWithShares(3, 2);
    const nothing = {
      nonce: '',
      started: false,
      t: 0,
      n: 0,
      progress: 0,
      required: 2,
      pgp_fingerprints: null,
      backup: false,
      verification_required: false,
    };
    expect(await get('sys/rekey/init')).toEqual(nothing);
    await put('secret/data/a', { data: { b: 'c' } }, root);
    const { data: before } = await get('sys/key-status', root);

    const begun = await put('sys/rekey/init', { secret_shares: 5, secret_threshold: 3 });
    expect(begun).toEqual({ ...nothing, started: true, t: 3, n: 5, nonce: expect.stringMatching(UUID) });
    expect(await give('sys/rekey/update', begun.nonce, [keys[0] ?? ''])).toEqual({ ...begun, progress: 1 });
    const done = await give('sys/rekey/update', begun.nonce, [keys[2] ?? '']);
    expect(done).toEqual({
      nonce: begun.nonce,
      complete: true,
      keys: Array.from({ length: 5 }, () => expect.stringMatching(/^[0-9a-f]{76}$/)),
      keys_base64: expect.any(Array),
      pgp_fingerprints: null,
      backup: false,
      verification_required: false,
    });
    expect(await get('sys/rekey/init')).toEqual({ ...nothing, required: 3 });
    expect(await get('sys/seal-status')).toMatchObject({ t: 3, n: 5, sealed: false });
    expect((await get('sys/key-status', root)).data.term).toBe(before.term + 1);

    await seal(root);
    await put('sys/unseal', { key: keys[0] });
    await expect(put('sys/unseal', { key: keys[1] }), 'the old ones open nothing').rejects.toThrow();
    expect(await unseal(done.keys_base64.slice(2))).toMatchObject({ sealed: false });
    expect((await get('secret/data/a', root)).data.data).toEqual({ b: 'c' });
  });

  test('tells a wrong share only when enough have come, and begins anew with the same nonce', async () => {
    const { keys } = await openWithShares(3, 2);
    const { nonce } = await put('sys/rekey/init', { secret_shares: 1, secret_threshold: 1 });
    expect(await give('sys/rekey/update', nonce, [forge(keys[0])])).toMatchObject({ progress: 1 });
    await expect(give('sys/rekey/update', nonce, [keys[1] ?? ''])).rejects.toThrow(
      '400 ["the keys that were given',
    );
    expect(await get('sys/rekey/init')).toMatchObject({ started: true, nonce, progress: 0 });
    const done = await give('sys/rekey/update', nonce, keys.slice(0, 2));
    expect([done.complete, done.keys.length]).toEqual([true, 1]);
    expect(await get('sys/seal-status')).toMatchObject({ t: 1, n: 1 });
  });

  test('refuses what is out of order, in Vault’s words', async () => {
    const { keys } = await openWithShares(2, 2);
    const [first = ''] = keys;
    const errors = async (path: string, body: object) => {
      const [status, json] = await send('PUT', path, body);
      return `${status} ${json.errors?.[0]}`;
    };
    expect(await errors('sys/rekey/update', { key: first, nonce: 'x' })).toBe(
      '400 no barrier rekey in progress',
    );
    expect(await errors('sys/rekey/verify', { key: first, nonce: 'x' })).toBe(
      '400 no rekey verification in progress',
    );
    expect((await send('GET', 'sys/rekey/verify'))[0]).toBe(400);
    expect(await errors('sys/rekey/init', { secret_shares: 2, secret_threshold: 3 })).toBe(
      '400 invalid rekey seal configuration: invalid threshold',
    );
    expect(
      await errors('sys/rekey/init', { secret_shares: 2, secret_threshold: 2, pgp_keys: ['a', 'b'] }),
    ).toMatch(/^400 PGP/);
    const { nonce } = await put('sys/rekey/init', { secret_shares: 2, secret_threshold: 2 });
    expect(await errors('sys/rekey/init', { secret_shares: 2, secret_threshold: 2 })).toBe(
      '400 rekey already in progress',
    );
    expect(await errors('sys/rekey/update', { key: first, nonce: 'x' })).toBe(
      `400 incorrect nonce supplied; nonce for this rekey operation is "${nonce}"`,
    );
    expect(await errors('sys/rekey/update', { nonce })).toBe(
      "400 'key' must be specified in request body as JSON",
    );
    expect(await errors('sys/rekey/update', { nonce, key: 'nonsense' })).toBe(
      "400 'key' must be a valid hex or base64 string",
    );
    await put('sys/rekey/update', { nonce, key: first });
    expect(await errors('sys/rekey/update', { nonce, key: first })).toBe(
      '400 given key has already been provided during this generation operation',
    );
    expect((await send('DELETE', 'sys/rekey/init'))[0]).toBe(204);
    expect(await get('sys/rekey/init')).toMatchObject({ started: false, nonce: '' });
  });

  test('with verification: the old shares hold until the new ones were shown', async () => {
    const { keys, root } = await openWithShares(2, 2);
    const { nonce } = await put('sys/rekey/init', {
      secret_shares: 3,
      secret_threshold: 2,
      require_verification: true,
    });
    const made = await give('sys/rekey/update', nonce, keys);
    expect(made).toMatchObject({ complete: true, verification_required: true });
    const shown = { nonce: made.verification_nonce, started: true, t: 2, n: 3, progress: 0 };
    expect(await get('sys/rekey/verify')).toEqual(shown);
    expect(await get('sys/seal-status'), 'nothing has changed yet').toMatchObject({ t: 2, n: 2 });
    await give('sys/rekey/verify', shown.nonce, [made.keys[0]]);
    const [, restarted] = await send('DELETE', 'sys/rekey/verify');
    expect(restarted).toEqual({ ...shown, nonce: expect.stringMatching(UUID) });
    expect(restarted.nonce).not.toBe(shown.nonce);
    await expect(
      give('sys/rekey/verify', restarted.nonce, [made.keys[0], forge(made.keys[1])]),
    ).rejects.toThrow('these are not the new keys');
    expect(await give('sys/rekey/verify', restarted.nonce, [made.keys[1], made.keys[2]])).toEqual({
      nonce: restarted.nonce,
      complete: true,
    });
    await seal(root);
    expect(await unseal(made.keys.slice(0, 2))).toMatchObject({ sealed: false, t: 2, n: 3 });
  });

  test('a vault with a passphrase stands as one key of one: its recovery kit, which rekeying replaces', async () => {
    const passphrase = ['--passphrase-file', home.file('passphrase', 'correct horse\n')];
    const vault = ['--vault', join(home.folder, 'vault')];
    const made = JSON.parse((await home.kw(['init', ...vault, ...passphrase, '--json'])).stdout);
    await serve();
    expect(await get('sys/seal-status')).toMatchObject({ t: 1, n: 1, sealed: true });
    expect(await unseal([made.recovery_kit])).toMatchObject({ sealed: false });
    const { nonce, required } = await put('sys/rekey/init', { secret_shares: 2, secret_threshold: 2 });
    expect(required).toBe(1);
    const { keys } = await give('sys/rekey/update', nonce, [made.recovery_kit]);
    await seal(made.root_token);
    await expect(unseal([made.recovery_kit]), 'the old kit opens nothing').rejects.toThrow();
    expect(await unseal(keys)).toMatchObject({ sealed: false, t: 2, n: 2 });
    await seal(made.root_token);
    const by = await home.serve([...vault, ...passphrase, '--listen', '127.0.0.1:0']);
    expect(by.ready['event'], 'the passphrase opens it as before').toBe('ready');
  });
});

describe('sys/generate-root', () => {
  test('makes a root token out of enough keys, under the pad of whoever asked: an unmodified node-vault', async () => {
    const { keys, root } = await openWithShares(3, 2);
    const vault = nodeVault({ endpoint: address });
    const status = {
      nonce: '',
      started: false,
      progress: 0,
      required: 2,
      complete: false,
      encoded_token: '',
      encoded_root_token: '',
      pgp_fingerprint: '',
      otp: '',
      otp_length: OTP_LENGTH,
    };
    expect(await vault.read('sys/generate-root/attempt')).toEqual(status);
    const begun = await vault.generateRootInit({});
    expect(begun).toMatchObject({ started: true, otp: expect.stringMatching(/^[0-9A-Za-z]{47}$/) });
    expect(await vault.read('sys/generate-root/attempt'), 'the pad is told once').toMatchObject({
      started: true,
      otp: '',
    });
    await vault.generateRootUpdate({ key: keys[0] ?? '', nonce: begun.nonce });
    const done = await vault.generateRootUpdate({ key: keys[2] ?? '', nonce: begun.nonce });
    expect(done).toMatchObject({ complete: true, progress: 2, required: 2, nonce: begun.nonce });
    expect(done.encoded_token).toBe(done.encoded_root_token);

    const pad = Buffer.from(begun.otp);
    const token = Buffer.from(done.encoded_token, 'base64').map((byte, at) => byte ^ (pad[at] ?? 0));
    const another = nodeVault({ endpoint: address, token: Buffer.from(token).toString() });
    expect((await another.tokenLookupSelf()).data).toMatchObject({
      policies: ['root'],
      ttl: 0,
      orphan: true,
    });
    expect((await get('auth/token/lookup-self', root)).data.policies, 'the old one lives').toEqual(['root']);
    expect(await vault.read('sys/generate-root/attempt')).toEqual(status);
  });

  test('takes a pad of the right length, and refuses what is out of order', async () => {
    const { keys } = await openWithShares(2, 2);
    await expect(put('sys/generate-root/update', { key: keys[0], nonce: 'x' })).rejects.toThrow(
      '400 ["no root generation in progress"]',
    );
    await expect(put('sys/generate-root/attempt', { otp: 'short' })).rejects.toThrow(
      'OTP string is wrong length',
    );
    const { nonce, otp } = await put('sys/generate-root/attempt', { otp: 'x'.repeat(OTP_LENGTH) });
    expect(otp, 'whoever has chosen it knows it').toBe('');
    await expect(put('sys/generate-root/attempt', {})).rejects.toThrow('root generation already in progress');
    await expect(put('sys/generate-root/update', { key: keys[0], nonce: 'x' })).rejects.toThrow(
      'incorrect nonce',
    );
    await give('sys/generate-root/update', nonce, [forge(keys[0])]);
    await expect(give('sys/generate-root/update', nonce, [keys[1] ?? ''])).rejects.toThrow(
      'the keys that were given',
    );
    expect(await get('sys/generate-root/attempt')).toMatchObject({ started: true, progress: 0 });
    expect((await send('DELETE', 'sys/generate-root/attempt'))[0]).toBe(204);
    expect(await get('sys/generate-root/attempt')).toMatchObject({ started: false });
  });

  test('is recorded, and forgotten with the seal', async () => {
    const { keys, root } = await openWithShares(2, 2);
    const audit = join(home.folder, 'audit.jsonl');
    await put('sys/audit/file', { type: 'file', options: { file_path: audit } }, root);
    const { nonce, otp } = await put('sys/generate-root/attempt', {});
    await give('sys/generate-root/update', nonce, keys);
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(audit, 'utf8');
    expect(text).toContain('sys/generate-root/update');
    for (const secret of [otp, ...keys]) expect(text).not.toContain(secret);
    await put('sys/generate-root/attempt', {});
    await seal(root);
    expect((await send('GET', 'sys/generate-root/attempt'))[0]).toBe(503);
    await unseal(keys);
    expect(await get('sys/generate-root/attempt')).toMatchObject({ started: false });
  });

  test('a vault in memory has no keys to ask for', async () => {
    address = (await home.serve(['--dev', '--listen', '127.0.0.1:0'])).address;
    expect((await send('PUT', 'sys/generate-root/attempt', {}))[0]).toBe(400);
    expect((await send('PUT', 'sys/rekey/init', { secret_shares: 1, secret_threshold: 1 }))[0]).toBe(400);
  });
});
