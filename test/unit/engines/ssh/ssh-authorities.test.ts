import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { openSshWorld, PUBLIC, refused, type SshWorld } from './ssh-world.ts';

let world: SshWorld;
beforeEach(async () => {
  world = await openSshWorld();
});

const pemOf = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' });
/** Electron's cryptography knows no such keys, so there is none to refuse. */
function rsaPssKeys() {
  try {
    return [pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey)];
  } catch {
    return [];
  }
}

describe('an authority', () => {
  it('is set once, keeps its key to itself, and is forgotten when it is deleted', async () => {
    await expect(world.write('ssh/config/ca', {})).rejects.toMatchObject(refused('already configured'));
    expect(await world.read('ssh/config/ca')).toEqual({ public_key: expect.stringMatching(/^ssh-ed25519 /) });
    const { raw } = await world.core.ask('read', 'ssh/public_key');
    expect(
      Buffer.from(raw?.bytes ?? [])
        .toString()
        .trim(),
    ).toBe((await world.read('ssh/config/ca')).public_key);
    const before = await world.values();
    await world.core.ask('delete', 'ssh/config/ca');
    expect(await world.values()).toBe(before - 1);
    await expect(world.core.ask('read', 'ssh/public_key')).rejects.toMatchObject({ code: 'not-found' });
    await world.write('ssh/config/ca', { key_type: 'ec' });
    await world.core.ask('delete', 'sys/mounts/ssh');
    expect(await world.values()).toBe(before - 1);
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
    await world.core.ask('delete', 'ssh/config/ca');
    await expect(world.write('ssh/config/ca', fields)).rejects.toMatchObject(refused(why));
  });

  it('is fetched without filling the records', async () => {
    const before = (await world.vault.readRecords({})).records.length;
    await world.core.ask('read', 'ssh/public_key');
    expect((await world.vault.readRecords({})).records.length).toBe(before);
  });
});

describe('the rotation of an authority’s key', () => {
  const HOUR = 3_600_000;
  const published = async () => {
    const { raw } = await world.core.ask('read', 'ssh/public_key');
    return Buffer.from(raw?.bytes ?? [])
      .toString()
      .trim()
      .split('\n');
  };
  const signs = async () => (await world.read('ssh/config/ca')).public_key as string;

  it('publishes a key a whole period before it signs, and the former until its certificates have ended', async () => {
    await world.core.start();
    const first = await signs();
    await world.write('ssh/config/rotation', { rotation_period: '24h' });
    expect(await published()).toEqual([first, expect.stringMatching(/^ssh-ed25519 /)]);
    const second = (await published())[1] ?? '';
    expect((await world.read('ssh/config/rotation')).next_public_key).toBe(second);
    expect(await signs()).toBe(first);
    const before = await world.values();
    world.clock.advance(25 * HOUR);
    await expect.poll(signs).toBe(second);
    const [, third = '', ...rest] = await published();
    expect(rest).toEqual([first]);
    expect([first, second]).not.toContain(third);
    expect(await world.values()).toBe(before);
    await world.role({ allowed_users: '*' });
    await world.signed({ valid_principals: 'ann' });
    // 32 days are the longest that anything may live here.
    await world.core.ask('delete', 'ssh/config/rotation');
    world.clock.advance(33 * 24 * HOUR);
    expect(await published()).toEqual([second, third]);
    await world.core.ask('delete', 'ssh/config/ca');
    expect(await world.values()).toBe(before - 2);
  });

  it('begins at once where somebody asks for it', async () => {
    await world.core.start();
    await world.write('ssh/config/rotation', { rotation_period: '24h' });
    const next = (await published())[1];
    const { rotation_id: id } = await world.read('ssh/config/rotation');
    await world.write(`sys/rotations/${id}/rotate`);
    await expect.poll(signs).toBe(next);
    await world.core.ask('delete', 'sys/mounts/ssh');
    expect(await world.values()).toBe(0);
  });
});
