import { X509Certificate } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Data, HOUR, openPkiWorld, type PkiWorld, refused } from './pki-world.ts';

let world: PkiWorld;
beforeEach(async () => {
  world = await openPkiWorld();
});

const root = async () => new X509Certificate((await world.read('pki/cert/ca')).certificate);
const issuers = async () => (await world.ask('list', 'pki/issuers')).key_info as Record<string, Data>;
const defaultId = async () => (await world.read('pki/config/issuers')).default as string;
const rotate = async (mount = 'pki') => {
  const { rotation_id: id } = await world.read(`${mount}/config/rotation`);
  await world.write(`sys/rotations/${id}/rotate`);
};
/** Waits for an answer while time goes on. */
async function driven<T>(asked: Promise<T>): Promise<T> {
  let isOver = false;
  const settled = asked
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  for (let second = 0; second < 100 && !isOver; second += 1) {
    await setImmediate();
    world.clock.advance(1000);
  }
  await settled;
  return asked;
}
/** Lets time go by, and what it begins be done. */
async function pass(hours: number): Promise<void> {
  for (let minute = 0; minute < hours * 60; minute += 30) {
    world.clock.advance(HOUR / 2);
    for (let rest = 0; rest < 5; rest += 1) await setImmediate();
  }
}

describe('the rotation of a root', () => {
  beforeEach(() => world.write('pki/config/rotation', { rotation_period: '720h', overlap: '100h' }));

  it('makes a new key with the same name, for which the former one vouches', async () => {
    const former = await root();
    const before = await world.issue();
    await rotate();
    const next = await root();
    expect(next.publicKey.equals(former.publicKey)).toBe(false);
    expect(next.subject).toBe(former.subject);
    expect(next.verify(next.publicKey)).toBe(true);
    const made = await world.issue();
    const [crossing, ...rest] = made.ca_chain.map((pem: string) => new X509Certificate(pem));
    expect(crossing.verify(former.publicKey)).toBe(true);
    expect(crossing.publicKey.equals(next.publicKey)).toBe(true);
    expect(rest.map(({ fingerprint }: X509Certificate) => fingerprint)).toEqual([
      next.fingerprint,
      former.fingerprint,
    ]);
    expect(made.issuing_ca).toBe(next.toString().trim());
    const leaf = new X509Certificate(made.certificate);
    expect(leaf.verify(next.publicKey)).toBe(true);
    expect(new X509Certificate(before.certificate).verify(former.publicKey)).toBe(true);
    expect(new Set(Object.values(await issuers()).map(({ key_id }) => key_id)).size).toBe(2);
    const { proof } = Object.values((await world.ask('list', 'sys/rotations')).key_info as Data)[0] as Data;
    expect(proof).toEqual([
      'a certificate that the new CA has signed verifies against it',
      'and against the former CA, which has signed the new one',
    ]);
  });

  it('leaves the former one lists to sign, and nothing else', async () => {
    const former = await defaultId();
    const [old, good] = [await world.issue(), await world.issue()];
    await rotate();
    await expect(
      world.write(`pki/issuer/${former}/issue/web`, { common_name: 'a.example.com' }),
    ).rejects.toMatchObject(refused('its key was rotated'));
    const young = await world.issue();
    await world.write('pki/revoke', { serial_number: old.serial_number });
    await world.write('pki/revoke', { serial_number: young.serial_number });
    expect(await world.revoked(`pki/issuer/${former}/crl/der`)).toEqual([old.serial_number]);
    expect(await world.revoked()).toEqual([young.serial_number]);
    await world.write('pki/revoke', { certificate: good.certificate });
    expect(await world.revoked(`pki/issuer/${former}/crl/der`)).toHaveLength(2);
  });

  it('is over when the last certificate of the former one has ended: its key is forgotten', async () => {
    const former = await defaultId();
    await world.write('pki/roles/secretive', {
      allow_any_name: true,
      key_type: 'ec',
      no_store: true,
      ttl: '200h',
    });
    // Nobody keeps it, and it is waited for all the same.
    await world.issue({}, 'secretive');
    await world.issue();
    const before = await world.sealedValues();
    await rotate();
    expect(await world.sealedValues()).toBe(before + 1);
    await pass(110);
    // The former root vouches for the new one no longer.
    expect((await world.issue()).ca_chain).toHaveLength(1);
    expect(await issuers()).toHaveProperty(former);
    await pass(95);
    expect(Object.keys(await issuers())).toEqual([await defaultId()]);
    expect(await world.sealedValues()).toBe(before);
    expect((await world.ask('list', 'pki/keys')).keys).toHaveLength(1);
    await world.issue();
  });

  it('happens by itself after its period, again and again, while former ones are still leaving', async () => {
    const roots = [(await root()).fingerprint];
    await world.write('pki/config/rotation', { rotation_period: '24h', key_type: 'ed25519' });
    for (let time = 0; time < 3; time += 1) {
      await pass(25);
      await expect.poll(async () => (await root()).fingerprint).not.toBe(roots.at(-1));
      roots.push((await root()).fingerprint);
      await world.issue();
    }
    expect(new Set(roots).size).toBe(4);
    expect((await root()).publicKey.asymmetricKeyType).toBe('ed25519');
    // Whoever trusts the very first one alone finds a way from one to the next.
    const chain = (await world.issue()).ca_chain.map((pem: string) => new X509Certificate(pem));
    const crossings = chain.filter((one: X509Certificate) => !one.verify(one.publicKey));
    expect(crossings).toHaveLength(3);
    const first = chain.find((one: X509Certificate) => one.fingerprint === roots[0]) as X509Certificate;
    expect(crossings.some((one: X509Certificate) => one.verify(first.publicKey))).toBe(true);
  });

  it('waits, with the reason, where a role would be left behind', async () => {
    await world.write('pki/roles/pinned', { allow_any_name: true, issuer_ref: await defaultId() });
    await expect(driven(rotate())).rejects.toMatchObject(refused('the role pinned names the CA by its id'));
    const former = await defaultId();
    await world.write('pki/roles/pinned', { allow_any_name: true, issuer_ref: 'default' });
    await rotate();
    expect(await defaultId()).not.toBe(former);
  });

  it('waits as well where chains would grow too long, and says so beforehand', async () => {
    const { envelope } = await world.core.ask('update', 'pki/config/rotation', { rotation_period: '24h' });
    expect(envelope?.warnings?.[0]).toContain('choose an overlap');
    await world.write('pki/config/rotation', { overlap: '10h' });
    for (let time = 0; time < 20; time += 1) await rotate();
    await expect(driven(rotate())).rejects.toMatchObject(refused('chains would grow too long'));
    const former = await defaultId();
    await pass(11);
    await expect.poll(defaultId).not.toBe(former);
    expect((await world.issue()).ca_chain).toHaveLength(2 + 1);
  });

  it('takes the name along, so that roles which name the CA follow', async () => {
    await world.write(`pki/issuer/default`, { issuer_name: 'house' });
    await world.write('pki/roles/named', { allow_any_name: true, key_type: 'ec', issuer_ref: 'house' });
    await rotate();
    const made = await world.issue({}, 'named');
    expect(made.issuing_ca).toBe((await world.read('pki/cert/ca')).certificate);
    expect((await world.read('pki/issuer/house')).issuer_id).toBe(await defaultId());
  });

  it('warns where certificates send their clients to the list of another CA', async () => {
    await world.write('pki/config/urls', { crl_distribution_points: 'http://127.0.0.1/v1/pki/crl' });
    const { envelope } = await world.core.ask('update', 'pki/config/rotation', { rotation_period: '720h' });
    expect(envelope?.warnings?.[0]).toContain('issuer/{{issuer_id}}/crl/der');
    await world.write('pki/config/urls', {
      crl_distribution_points: 'http://127.0.0.1/v1/pki/issuer/{{issuer_id}}/crl/der',
      enable_templating: true,
    });
    const again = await world.core.ask('update', 'pki/config/rotation', { rotation_period: '720h' });
    expect(again.envelope?.warnings).toBeNull();
    const text = Buffer.from(new X509Certificate((await world.issue()).certificate).raw).toString('latin1');
    expect(text).toContain(`/pki/issuer/${await defaultId()}/crl/der`);
  });
});

describe('the rotation of a CA that another one signs', () => {
  const below = async (mount: string) => {
    const { csr } = await world.write(`${mount}/intermediate/generate/internal`, {
      common_name: 'below.example.com',
      organization: 'House',
      key_type: 'ec',
    });
    return csr as string;
  };
  const signed = async (csr: string) => {
    const made = await world.write('pki/root/sign-intermediate', {
      csr,
      use_csr_values: true,
      ttl: '4000h',
      max_path_length: 0,
    });
    return `${made.certificate}\n${made.issuing_ca}`;
  };

  it('is done at once where that one is in the same mount', async () => {
    await world.write('pki/intermediate/set-signed', { certificate: await signed(await below('pki')) });
    const [, intermediate] = (await world.ask('list', 'pki/issuers')).keys;
    await world.write('pki/config/issuers', { default: intermediate });
    const former = await root();
    await world.write('pki/config/rotation', {});
    await rotate();
    const next = await root();
    expect(next.publicKey.equals(former.publicKey)).toBe(false);
    expect([next.subject, next.issuer, next.subjectAltName]).toEqual([
      former.subject,
      'CN=Root',
      former.subjectAltName,
    ]);
    const made = await world.issue();
    expect(made.ca_chain).toHaveLength(2);
    expect(new X509Certificate(made.ca_chain[1]).subject).toBe('CN=Root');
    expect(next.verify(new X509Certificate(made.ca_chain[1]).publicKey)).toBe(true);
  });

  it('is guided: it asks for the certificate of a new key, tries what is brought, and goes on', async () => {
    await world.write('sys/mounts/below', { type: 'pki', config: { max_lease_ttl: '87600h' } });
    await world.write('below/intermediate/set-signed', { certificate: await signed(await below('below')) });
    await world.write('below/roles/web', { allow_any_name: true, key_type: 'ec', ttl: '1h' });
    await world.write('below/config/rotation', { rotation_period: '720h' });
    const former = (await world.read('below/cert/ca')).certificate;
    const before = await world.sealedValues();
    await expect(rotate('below')).rejects.toMatchObject(refused('below/intermediate/set-signed'));
    const { csr, state } = await world.read('below/config/rotation');
    expect(state).toBe('asking');
    expect((await world.write('below/issue/web', { common_name: 'a' })).issuing_ca).toBe(former);
    const [root] = (await world.ask('list', 'pki/issuers')).keys;
    await expect(
      world.write('below/intermediate/set-signed', {
        certificate: (await world.read(`pki/issuer/${root}`)).certificate,
      }),
    ).rejects.toMatchObject(refused('none of these certificates'));
    const told = await world.write('below/intermediate/set-signed', { certificate: await signed(csr) });
    const next = (await world.read('below/cert/ca')).certificate;
    expect(next).not.toBe(former);
    expect(told.imported_issuers).toEqual([(await world.read('below/config/issuers')).default]);
    const made = await world.write('below/issue/web', { common_name: 'a' });
    expect(made.issuing_ca).toBe(next);
    expect(new X509Certificate(next).subject).toBe(new X509Certificate(former).subject);
    expect(await world.read('below/config/rotation')).not.toHaveProperty('csr');
    // The certificate of the former one that is left ends, and with it the key.
    await pass(2);
    expect(await world.sealedValues()).toBe(before);
    await world.ask('delete', 'below/config/rotation');
    expect((await world.ask('list', 'below/keys')).keys).toHaveLength(1);
  });
});
