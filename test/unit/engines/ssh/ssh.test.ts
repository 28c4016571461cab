import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { readPrivateKey, revealOpensshKey } from '../../../../electron/engines/ssh/private-key.ts';
import { publicKeyLine, readPublicKey, sshPublicKey } from '../../../../electron/engines/ssh/public-key.ts';
import { sshEngine } from '../../../../electron/engines/ssh/ssh-engine.ts';
import { FieldReader, mpint, string } from '../../../../electron/engines/ssh/wire.ts';
import { type ManualClock, manualClock } from '../../../support/manual-clock.ts';
import { openMemoryCore } from '../../../support/memory-core.ts';

type World = Awaited<ReturnType<typeof openMemoryCore>>;
let clock: ManualClock;
let world: World;
let core: ReturnType<World['start']>;
// biome-ignore lint/suspicious/noExplicitAny: whatever Vault's envelope holds there
type Data = any;
const write = async (path: string, data: Record<string, unknown> = {}): Promise<Data> =>
  (await core.ask('update', path, data)).envelope?.data;
const read = async (path: string): Promise<Data> => (await core.ask('read', path)).envelope?.data;
const refused = (message: string) => ({ message: expect.stringContaining(message) });
const role = (fields: Record<string, unknown>, name = 'people') =>
  write(`ssh/roles/${name}`, { key_type: 'ca', allow_user_certificates: true, ttl: '1h', ...fields });
const PUBLIC = publicKeyLine(sshPublicKey(generateKeyPairSync('ed25519').privateKey));
const pemOf = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' });
const signed = async (fields: Record<string, unknown> = {}, name = 'people') =>
  readCertificate((await write(`ssh/sign/${name}`, { public_key: PUBLIC, ...fields })).signed_key);
/** Electron's cryptography knows no such keys, so there is none to refuse. */
function rsaPssKeys() {
  try {
    return [pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey)];
  } catch {
    return [];
  }
}
const MODULUS = Buffer.alloc(256, 0xff);

beforeEach(async () => {
  clock = manualClock();
  world = await openMemoryCore([sshEngine], clock);
  core = world.start();
  await write('sys/mounts/ssh', { type: 'ssh' });
  await write('ssh/config/ca', { key_type: 'ed25519' });
});

describe('an authority', () => {
  it('is set once, keeps its key to itself, and is forgotten when it is deleted', async () => {
    const values = () =>
      world.vault.turn(
        (turn) => turn.db.get<{ n: number }>('SELECT count(*) AS n FROM vault_values')?.n ?? 0,
      );
    await expect(write('ssh/config/ca', {})).rejects.toMatchObject(refused('already configured'));
    expect(await read('ssh/config/ca')).toEqual({ public_key: expect.stringMatching(/^ssh-ed25519 /) });
    const { raw } = await core.ask('read', 'ssh/public_key');
    expect(
      Buffer.from(raw?.bytes ?? [])
        .toString()
        .trim(),
    ).toBe((await read('ssh/config/ca')).public_key);
    const before = await values();
    await core.ask('delete', 'ssh/config/ca');
    expect(await values()).toBe(before - 1);
    await expect(core.ask('read', 'ssh/public_key')).rejects.toMatchObject({ code: 'not-found' });
    await write('ssh/config/ca', { key_type: 'ec' });
    await core.ask('delete', 'sys/mounts/ssh');
    expect(await values()).toBe(before - 1);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ key_type: 'dsa' }, 'unknown ssh key type'],
    [{ key_type: 'rsa', key_bits: 1024 }, 'unsupported number of bits'],
    [{ private_key: 'nonsense' }, 'failed to parse private_key'],
    [{ public_key: PUBLIC }, 'missing private_key'],
    // Its public half is as long as that of the kind that signs.
    [{ private_key: pemOf(generateKeyPairSync('x25519').privateKey) }, 'unsupported kind of key'],
    ...rsaPssKeys().map((key): [Record<string, unknown>, string] => [
      { private_key: key },
      'unsupported kind of key',
    ]),
    [{ generate_signing_key: false }, 'missing private_key'],
    [
      {
        private_key: generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }),
        public_key: PUBLIC,
      },
      'belong together',
    ],
  ])('is not made of %j', async (fields, why) => {
    await core.ask('delete', 'ssh/config/ca');
    await expect(write('ssh/config/ca', fields)).rejects.toMatchObject(refused(why));
  });

  it('is fetched without filling the records', async () => {
    const before = (await world.vault.readRecords({})).records.length;
    await core.ask('read', 'ssh/public_key');
    expect((await world.vault.readRecords({})).records.length).toBe(before);
  });
});

describe('a certificate', () => {
  it('begins a little before now and ends when the role or whoever asks says', async () => {
    await role({ default_user: 'ann', max_ttl: '2h' });
    const now = clock.now() / 1000;
    expect(await signed()).toMatchObject({
      kind: 1,
      after: now - 30,
      before: now + 3600,
      principals: ['ann'],
    });
    expect(await signed({ ttl: '2h' })).toMatchObject({ before: now + 7200 });
    await expect(signed({ ttl: '3h' })).rejects.toMatchObject(refused('larger than maximum allowed 7200'));
  });

  it('never names nobody, which would mean everybody, unless the role says so', async () => {
    await role({ allowed_users: '*' });
    await expect(signed()).rejects.toMatchObject(refused('without valid_principals'));
    await role({ allow_empty_principals: true }, 'everybody');
    expect(await signed({}, 'everybody')).toMatchObject({ principals: [] });
  });

  it('names only those whom the role allows', async () => {
    await role({ allowed_users: 'ann,bob', default_user: 'carl' });
    expect(await signed({ valid_principals: 'ann,bob' })).toMatchObject({ principals: ['ann', 'bob'] });
    expect(await signed({ valid_principals: 'carl' })).toMatchObject({ principals: ['carl'] });
    for (const name of ['eve', 'ann,eve', 'Ann', 'an*']) {
      await expect(signed({ valid_principals: name })).rejects.toMatchObject(refused('valid_principals'));
    }
    await expect(signed({ valid_principals: ['ann\nbob'] })).rejects.toMatchObject(
      refused('valid_principals'),
    );
    await expect(signed({ cert_type: 'host', valid_principals: 'ann' })).rejects.toMatchObject(
      refused('not allowed by role'),
    );
  });

  it('stands for hosts of the domains that the role names, and for no pattern of them', async () => {
    const hosts = {
      allow_user_certificates: false,
      allow_host_certificates: true,
      allowed_domains: 'example.com',
    };
    await role({ ...hosts, allow_subdomains: true, default_extensions: { 'permit-pty': '' } }, 'hosts');
    const host = (name: string) => signed({ cert_type: 'host', valid_principals: name }, 'hosts');
    expect(await host('Web.Example.com')).toMatchObject({
      kind: 2,
      principals: ['web.example.com'],
      extensions: {},
    });
    for (const name of [
      'example.com',
      'evil.com',
      'notexample.com',
      '*.example.com',
      '?.example.com',
      'a b.example.com',
    ]) {
      await expect(host(name)).rejects.toMatchObject(refused('valid_principals'));
    }
    await expect(signed({ valid_principals: 'web.example.com' }, 'hosts')).rejects.toMatchObject(
      refused('user is not allowed'),
    );
  });

  it('keeps what the role lays down, whatever is asked for', async () => {
    await role({
      allowed_users: '*',
      allowed_extensions: 'permit-pty,permit-port-forwarding',
      default_extensions: { 'permit-user-rc': '' },
      default_critical_options: { 'force-command': 'ls', 'source-address': '10.0.0.0/8' },
      allowed_critical_options: 'source-address',
    });
    const asked = {
      valid_principals: 'ann',
      extensions: { 'permit-pty': '' },
      critical_options: { 'source-address': '10.1.0.0/16' },
    };
    expect(await signed(asked)).toMatchObject({
      extensions: { 'permit-pty': '', 'permit-user-rc': '' },
      critical: { 'force-command': 'ls', 'source-address': '10.1.0.0/16' },
    });
    const forced = signed({ valid_principals: 'ann', critical_options: { 'force-command': 'sh' } });
    await expect(forced).rejects.toMatchObject(refused('not on allowed list'));
    const more = signed({ valid_principals: 'ann', extensions: { 'permit-agent-forwarding': '' } });
    await expect(more).rejects.toMatchObject(refused('not on allowed list'));
  });

  it('says who asked for it, in the words of the role', async () => {
    await role({ allowed_users: '*', key_id_format: '{{role_name}}/{{token_display_name}}\n{{nothing}}' });
    expect(await signed({ valid_principals: 'ann' })).toMatchObject({ keyId: 'people/root {{nothing}}' });
    await expect(signed({ valid_principals: 'ann', key_id: 'me' })).rejects.toMatchObject(
      refused('key_id is not allowed'),
    );
    await role({ allowed_users: '*', allow_user_key_ids: true }, 'own');
    expect(await signed({ valid_principals: 'ann', key_id: 'me' }, 'own')).toMatchObject({ keyId: 'me' });
  });

  it('is signed for keys of the lengths that the role names', async () => {
    await role({ allowed_users: '*', allowed_user_key_lengths: { rsa: [3072], ed25519: 0 } });
    const rsa = (bits: number) =>
      publicKeyLine(sshPublicKey(generateKeyPairSync('rsa', { modulusLength: bits }).privateKey));
    await signed({ valid_principals: 'ann' });
    await signed({ valid_principals: 'ann', public_key: rsa(3072) });
    await expect(signed({ valid_principals: 'ann', public_key: rsa(2048) })).rejects.toMatchObject(
      refused('2048 bits'),
    );
    const ec = publicKeyLine(sshPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey));
    await expect(signed({ valid_principals: 'ann', public_key: ec })).rejects.toMatchObject(
      refused('not allowed'),
    );
  });

  it.each(['', 'ssh-ed25519', 'ssh-ed25519 AAAA', 'ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA==', `${PUBLIC}AAAA`])(
    'is not signed for %j, which is no key',
    async (public_key) => {
      await role({ allowed_users: '*' });
      await expect(signed({ valid_principals: 'ann', public_key })).rejects.toMatchObject({
        code: 'invalid-request',
      });
    },
  );
});

describe('the rotation of an authority’s key', () => {
  const HOUR = 3_600_000;
  const published = async () => {
    const { raw } = await core.ask('read', 'ssh/public_key');
    return Buffer.from(raw?.bytes ?? [])
      .toString()
      .trim()
      .split('\n');
  };
  const signs = async () => (await read('ssh/config/ca')).public_key as string;
  const values = () =>
    world.vault.turn((turn) => turn.db.get<{ n: number }>('SELECT count(*) AS n FROM vault_values')?.n ?? 0);

  it('publishes a key a whole period before it signs, and the former until its certificates have ended', async () => {
    await core.start();
    const first = await signs();
    await write('ssh/config/rotation', { rotation_period: '24h' });
    expect(await published()).toEqual([first, expect.stringMatching(/^ssh-ed25519 /)]);
    const second = (await published())[1] ?? '';
    expect((await read('ssh/config/rotation')).next_public_key).toBe(second);
    expect(await signs()).toBe(first);
    const before = await values();
    clock.advance(25 * HOUR);
    await expect.poll(signs).toBe(second);
    const [, third = '', ...rest] = await published();
    expect(rest).toEqual([first]);
    expect([first, second]).not.toContain(third);
    expect(await values()).toBe(before);
    await role({ allowed_users: '*' });
    await signed({ valid_principals: 'ann' });
    // 32 days are the longest that anything may live here.
    await core.ask('delete', 'ssh/config/rotation');
    clock.advance(33 * 24 * HOUR);
    expect(await published()).toEqual([second, third]);
    await core.ask('delete', 'ssh/config/ca');
    expect(await values()).toBe(before - 2);
  });

  it('begins at once where somebody asks for it', async () => {
    await core.start();
    await write('ssh/config/rotation', { rotation_period: '24h' });
    const next = (await published())[1];
    const { rotation_id: id } = await read('ssh/config/rotation');
    await write(`sys/rotations/${id}/rotate`);
    await expect.poll(signs).toBe(next);
    await core.ask('delete', 'sys/mounts/ssh');
    expect(await values()).toBe(0);
  });
});

describe('a role', () => {
  it('is read as it was written, and replaced as a whole', async () => {
    await role({ allowed_users: 'ann,bob', default_extensions: { 'permit-pty': '' } });
    expect(await read('ssh/roles/people')).toMatchObject({
      key_type: 'ca',
      allowed_users: 'ann,bob',
      default_extensions: { 'permit-pty': '' },
      ttl: 3600,
    });
    await role({ allowed_users: 'ann' });
    expect(await read('ssh/roles/people')).toMatchObject({ allowed_users: 'ann', default_extensions: {} });
    await core.ask('delete', 'ssh/roles/people');
    await expect(read('ssh/roles/people')).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    [{ key_type: 'dynamic' }, 'key_type'],
    [{ allow_user_certificates: false }, 'must be set to "true"'],
    [{ allowed_users_template: true }, 'templates'],
    [{ algorithm_signer: 'ssh-rsa' }, 'algorithm_signer'],
    [{ ttl: '2h', max_ttl: '1h' }, 'ttl'],
  ])('%j is refused', async (fields, why) => {
    await expect(role(fields)).rejects.toMatchObject(refused(why));
  });
});

describe('a password for one login', () => {
  const ask = (ip: string, more: Record<string, unknown> = {}) =>
    core.ask('update', 'ssh/creds/old', { ip, ...more });
  const verify = (otp: string) => core.ask('update', 'ssh/verify', { otp }, { token: 'nobody' });
  const gone = refused('OTP not found');
  const otp = {
    key_type: 'otp',
    default_user: 'ann',
    cidr_list: '10.0.0.0/8',
    exclude_cidr_list: '10.9.0.0/16',
  };
  beforeEach(() => write('ssh/roles/old', otp));

  it('is good once, for the host and the user that it was asked for', async () => {
    const { envelope } = await ask('10.1.2.3');
    const key = String(envelope?.data?.['key']);
    expect(envelope?.data).toMatchObject({ key_type: 'otp', ip: '10.1.2.3', username: 'ann', port: 22 });
    const told = await verify(key);
    expect(told.envelope?.data).toEqual({ ip: '10.1.2.3', username: 'ann', role_name: 'old' });
    await expect(verify(key)).rejects.toMatchObject(gone);
    expect((await verify('verify-echo-request')).envelope?.data).toEqual({ message: 'verify-echo-response' });
    const records = JSON.stringify((await world.vault.readRecords({})).records);
    expect(records).not.toContain(key);
  });

  it('is nobody’s when its lease has ended, from that instant on', async () => {
    await core.start();
    const revoked = (await ask('10.1.2.3')).envelope;
    await write('sys/leases/revoke', { lease_id: revoked?.lease_id });
    await expect(verify(String(revoked?.data?.['key']))).rejects.toMatchObject(gone);
    await core.stop();
    const overdue = (await ask('10.1.2.3')).envelope;
    clock.advance((overdue?.lease_duration ?? 0) * 1000);
    await expect(verify(String(overdue?.data?.['key']))).rejects.toMatchObject(gone);
  });

  it('is made for hosts and users of the role alone', async () => {
    for (const ip of ['11.0.0.1', '10.9.0.1', 'nonsense'])
      await expect(ask(ip)).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(ask('10.1.2.3', { username: 'root' })).rejects.toMatchObject(refused('allowed users list'));
    expect(await write('ssh/lookup', { ip: '10.1.2.3' })).toEqual({ roles: ['old'] });
    expect(await write('ssh/lookup', { ip: '10.9.2.3' })).toEqual({ roles: [] });
  });

  it('has a role of its own kind, which another of the same name replaces', async () => {
    expect(await read('ssh/roles/old')).toMatchObject({ ...otp, port: 22 });
    await role({ allowed_users: '*' }, 'old');
    expect(await read('ssh/roles/old')).toMatchObject({ key_type: 'ca' });
    await expect(ask('10.1.2.3')).rejects.toMatchObject({ code: 'unknown-role' });
    await write('ssh/roles/old', otp);
    expect((await core.ask('list', 'ssh/roles')).envelope?.data).toEqual({
      keys: ['old'],
      key_info: { old: { key_type: 'otp' } },
    });
    await core.ask('delete', 'ssh/roles/old');
    await expect(read('ssh/roles/old')).rejects.toMatchObject({ code: 'not-found' });
    await expect(write('ssh/roles/old', { key_type: 'otp', default_user: 'ann' })).rejects.toMatchObject(
      refused('cidr_list'),
    );
  });
});

describe('keys in files', () => {
  it.each([
    ['ed25519', () => generateKeyPairSync('ed25519')],
    ['rsa', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ec', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ] as const)('of type %s come out as they went in', (_, make) => {
    const { privateKey } = make();
    const text = revealOpensshKey(privateKey, 'a comment', (length) => new Uint8Array(length));
    expect(readPrivateKey(text).equals(privateKey)).toBe(true);
  });

  it('that are damaged are refused, whatever is damaged', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, (noise) => {
        const text = Buffer.from(noise).toString('base64');
        expect(() => readPublicKey(`ssh-ed25519 ${text}`)).toThrow();
        const file = `-----BEGIN OPENSSH PRIVATE KEY-----\n${text}\n-----END OPENSSH PRIVATE KEY-----`;
        expect(() => readPrivateKey(file)).toThrow(/failed to parse/);
      }),
    );
  });

  it.each([
    ['an RSA exponent with which anyone can sign', 'ssh-rsa', mpint(Uint8Array.of(1)), mpint(MODULUS)],
    ['an even RSA exponent', 'ssh-rsa', mpint(Uint8Array.of(4)), mpint(MODULUS)],
    ['a negative RSA modulus', 'ssh-rsa', mpint(Uint8Array.of(1, 0, 1)), string(MODULUS)],
    [
      'a point beside the curve',
      'ecdsa-sha2-nistp256',
      string('nistp256'),
      string(Buffer.concat([Uint8Array.of(4), Buffer.alloc(64, 7)])),
    ],
  ])('with %s are not signed', (_, type, ...parts) => {
    const blob = Buffer.concat([string(type), ...parts]).toString('base64');
    expect(() => readPublicKey(`${type} ${blob}`)).toThrow(/such an exponent|failed to parse/);
  });

  it('hold numbers that nobody takes for negative ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const read = new FieldReader(mpint(bytes)).string();
        expect((read[0] ?? 0) & 0x80).toBe(0);
        expect(BigInt(`0x0${read.toString('hex')}`)).toBe(BigInt(`0x0${Buffer.from(bytes).toString('hex')}`));
      }),
    );
  });
});

it('every path says what it is for', () => {
  expect(sshEngine.routes.filter((route) => !route.help)).toEqual([]);
});

/** Reads what the signature covers (PROTOCOL.certkeys), for an Ed25519 key. */
function readCertificate(line: string) {
  const reader = new FieldReader(Buffer.from(line.split(' ')[1] ?? '', 'base64'));
  const list = (bytes: Buffer) => {
    const inner = new FieldReader(bytes);
    const found: string[] = [];
    while (inner.rest().length > 0) found.push(inner.text());
    return found;
  };
  const pairs = (bytes: Buffer) => {
    const flat = list(bytes);
    return Object.fromEntries(
      flat.flatMap((name, index) => {
        const value = Buffer.from(flat[index + 1] ?? '');
        return index % 2 === 0 ? [[name, value.length === 0 ? '' : value.subarray(4).toString()]] : [];
      }),
    );
  };
  const type = reader.text();
  reader.string();
  if (type.includes('rsa')) reader.string();
  reader.string();
  reader.take(8);
  const kind = reader.take(4).readUInt32BE();
  const keyId = reader.text();
  const principals = list(reader.string());
  const after = Number(reader.take(8).readBigUInt64BE());
  const before = Number(reader.take(8).readBigUInt64BE());
  return {
    type,
    kind,
    keyId,
    principals,
    after,
    before,
    critical: pairs(reader.string()),
    extensions: pairs(reader.string()),
  };
}
