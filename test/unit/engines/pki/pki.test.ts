// @peculiar/x509 is put together by a container that cannot start without it.
import 'reflect-metadata';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { beforeEach, describe, expect, it } from 'vitest';
import { pkiEngine } from '../../../../electron/engines/pki/pki-engine.ts';
import { type ManualClock, manualClock } from '../../../support/manual-clock.ts';
import { openMemoryCore } from '../../../support/memory-core.ts';

const HOUR = 3_600_000;
type World = Awaited<ReturnType<typeof openMemoryCore>>;
let clock: ManualClock;
let vault: World['vault'];
let core: ReturnType<World['start']>;
// biome-ignore lint/suspicious/noExplicitAny: whatever Vault's envelope holds there
type Data = any;
const ask = async (...asked: Parameters<typeof core.ask>): Promise<Data> =>
  (await core.ask(...asked)).envelope?.data;
const write = (path: string, data: Record<string, unknown> = {}) => ask('update', path, data);
const issue = (data: Record<string, unknown> = {}, role = 'web') =>
  write(`pki/issue/${role}`, { common_name: 'a.example.com', ...data });
const crl = async () => new x509.X509Crl(Buffer.from((await core.ask('read', 'pki/crl')).raw?.bytes ?? []));
const revoked = async () => (await crl()).entries.map((entry) => readable(entry.serialNumber));
const readable = (serial: string) => serial.toLowerCase().replace(/^00/, '').match(/../g)?.join(':');
const refused = (message: string | RegExp) => ({ message: expect.stringMatching(message) });
const sealedValues = () =>
  vault.turn((turn) => turn.db.get<{ n: number }>('SELECT count(*) AS n FROM vault_values')?.n);

beforeEach(async () => {
  clock = manualClock();
  const world = await openMemoryCore([pkiEngine], clock);
  vault = world.vault;
  core = world.start();
  await core.start();
  await write('sys/mounts/pki', { type: 'pki', config: { max_lease_ttl: '87600h' } });
  await write('pki/root/generate/internal', { common_name: 'Root', key_type: 'ec', ttl: '8760h' });
  await write('pki/roles/web', {
    allowed_domains: 'example.com',
    allow_subdomains: true,
    key_type: 'ec',
    max_ttl: '72h',
    ttl: '1h',
  });
});

describe('an authority', () => {
  it('keeps its key to itself, and shows it once where it is asked to', async () => {
    expect(await ask('read', 'pki/cert/ca')).not.toHaveProperty('private_key');
    await ask('delete', 'pki/root');
    const made = await write('pki/root/generate/exported', { common_name: 'Root', key_type: 'ed25519' });
    const key = createPrivateKey(made.private_key);
    expect(new X509Certificate(made.certificate).checkPrivateKey(key)).toBe(true);
    const records = JSON.stringify((await vault.readRecords({})).records);
    expect(records).not.toContain(
      key.export({ format: 'der', type: 'pkcs8' }).toString('base64').slice(0, 40),
    );
    expect(records).not.toContain('PRIVATE KEY');
  });

  it('is alone in its mount, and its key is forgotten when it is deleted or unmounted', async () => {
    const again = write('pki/root/generate/internal', { common_name: 'Other' });
    await expect(again).rejects.toMatchObject(refused('has a CA already'));
    const before = (await sealedValues()) ?? 0;
    await ask('delete', 'pki/root');
    expect(await sealedValues()).toBe(before - 1);
    await expect(issue()).rejects.toMatchObject(refused('no default issuer'));
    await write('pki/root/generate/internal', { common_name: 'New', key_type: 'ec' });
    await ask('delete', 'sys/mounts/pki');
    expect(await sealedValues()).toBe(before - 1);
  });

  it('that comes instead of one whose certificate was awaited leaves nothing of that one', async () => {
    await ask('delete', 'pki/root');
    const before = (await sealedValues()) ?? 0;
    await write('pki/intermediate/generate/internal', { common_name: 'Awaited', key_type: 'ec' });
    await write('pki/root/generate/internal', { common_name: 'Root', key_type: 'ec' });
    expect(await sealedValues()).toBe(before + 1);
    await ask('delete', 'pki/root');
    expect(await sealedValues()).toBe(before);
  });

  it('that is deleted and comes back goes on naming what it has revoked', async () => {
    await ask('delete', 'pki/root');
    const root = await write('pki/root/generate/exported', {
      common_name: 'Root',
      key_type: 'ec',
      ttl: '8760h',
      format: 'pem_bundle',
    });
    const [made, other] = [await issue(), await issue()];
    await write('pki/revoke', { serial_number: made.serial_number });
    await ask('delete', 'pki/root');
    await write('pki/config/ca', { pem_bundle: root.certificate });
    expect(await revoked()).toEqual([made.serial_number]);
    await write('pki/revoke', { serial_number: other.serial_number });
    expect(await revoked()).toHaveLength(2);
  });

  it('is fetched by anyone, as often as they like, without filling the records', async () => {
    await crl();
    const { serial_number: serial } = await issue();
    const before = (await vault.readRecords({})).records.length;
    for (const path of [
      'ca',
      'ca/pem',
      'ca_chain',
      'crl',
      'crl/pem',
      'cert/ca',
      'cert/crl',
      `cert/${serial}`,
    ]) {
      await core.ask('read', `pki/${path}`);
    }
    await core.ask('read', `pki/cert/${serial}/raw`);
    expect((await vault.readRecords({})).records.length).toBe(before);
  });

  it.each(['rsa', 'ec', 'ed25519'])('signs with a key of type %s', async (type) => {
    await ask('delete', 'pki/root');
    const root = await write('pki/root/generate/internal', {
      common_name: 'Root',
      key_type: type,
      ttl: '8760h',
    });
    const authority = new X509Certificate(root.certificate);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(new X509Certificate((await issue()).certificate).verify(authority.publicKey)).toBe(true);
    expect(
      await (await crl()).verify({ publicKey: new x509.X509Certificate(root.certificate) } as never),
    ).toBe(true);
  });

  it('signs nothing that would outlive it', async () => {
    await write('pki/roles/long', { allow_any_name: true, key_type: 'ec', ttl: '9000h' });
    await expect(issue({}, 'long')).rejects.toMatchObject(refused('beyond the expiration of the CA'));
  });

  it('stands below another one, and may not sign further ones where that one says so', async () => {
    await write('sys/mounts/below', { type: 'pki', config: { max_lease_ttl: '87600h' } });
    const { csr } = await write('below/intermediate/generate/internal', {
      common_name: 'Below',
      key_type: 'ec',
    });
    const signed = await write('pki/root/sign-intermediate', {
      csr,
      common_name: 'Below',
      ttl: '4000h',
      max_path_length: 0,
    });
    await write('below/intermediate/set-signed', {
      certificate: `${signed.certificate}\n${signed.issuing_ca}`,
    });
    const again = await write('below/intermediate/generate/existing', { common_name: 'Below' });
    await expect(
      write('below/root/sign-intermediate', { csr: again.csr, common_name: 'Third' }),
    ).rejects.toMatchObject(refused('max_path_length is 0'));
    // Its certificate is renewed with the key that is there.
    const renewed = await write('pki/root/sign-intermediate', {
      csr: again.csr,
      use_csr_values: true,
      ttl: '5000h',
    });
    await write('below/intermediate/set-signed', { certificate: renewed.certificate });
    expect((await ask('read', 'below/cert/ca')).certificate).toBe(renewed.certificate);
    await expect(
      write('below/intermediate/set-signed', { certificate: signed.issuing_ca }),
    ).rejects.toMatchObject(refused('none of these certificates'));
  });

  it('signs another root as it is, so that whoever trusts the one trusts the other', async () => {
    await write('sys/mounts/other', { type: 'pki' });
    const other = await write('other/root/generate/internal', { common_name: 'Other', key_type: 'ec' });
    const crossed = await write('pki/root/sign-self-issued', { certificate: other.certificate });
    const [before, after] = [other.certificate, crossed.certificate].map((pem) => new X509Certificate(pem));
    const root = new X509Certificate(crossed.issuing_ca);
    expect(after?.verify(root.publicKey)).toBe(true);
    expect(after?.issuer).toBe('CN=Root');
    for (const part of ['subject', 'serialNumber', 'validTo', 'ca'] as const)
      expect(after?.[part]).toBe(before?.[part]);
    expect(after?.publicKey.equals(before?.publicKey as KeyObject)).toBe(true);
    const leaf = (await issue()).certificate;
    await expect(write('pki/root/sign-self-issued', { certificate: leaf })).rejects.toMatchObject(
      refused('not a CA'),
    );
    await expect(
      write('other/root/sign-self-issued', { certificate: crossed.certificate }),
    ).rejects.toMatchObject(refused('not self-issued'));
  });

  it('comes from elsewhere with its key, and not without it', async () => {
    await write('sys/mounts/other', { type: 'pki' });
    const made = await write('other/root/generate/exported', {
      common_name: 'Elsewhere',
      format: 'pem_bundle',
    });
    expect(made.certificate.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    await ask('delete', 'pki/root');
    await expect(write('pki/config/ca', { pem_bundle: made.issuing_ca })).rejects.toMatchObject(
      refused('one private key'),
    );
    await write('pki/config/ca', { pem_bundle: made.certificate });
    expect((await issue()).issuing_ca).toBe(made.issuing_ca);
  });
});

describe('a certificate', () => {
  it('has what the role says and nothing that was not checked', async () => {
    const made = await issue({ alt_names: 'b.example.com', ip_sans: '10.0.0.1', ttl: '2h' });
    const parsed = new X509Certificate(made.certificate);
    expect(parsed.subject).toBe('CN=a.example.com');
    expect(parsed.subjectAltName).toBe('DNS:a.example.com, DNS:b.example.com, IP Address:10.0.0.1');
    expect(parsed.ca).toBe(false);
    expect(parsed.checkPrivateKey(createPrivateKey(made.private_key))).toBe(true);
    expect(made.private_key_type).toBe('ec');
    expect(made.expiration).toBe(clock.now() / 1000 + 7200);
    expect(readable(parsed.serialNumber)).toBe(made.serial_number);
    expect(Buffer.from(made.serial_number.replaceAll(':', ''), 'hex')).toHaveLength(20);
    expect(made.ca_chain).toEqual([made.issuing_ca]);
    await expect(issue({ common_name: 'evil.com' })).rejects.toMatchObject(
      refused('not allowed by this role'),
    );
    await expect(issue({ alt_names: 'evil.com' })).rejects.toMatchObject(refused('not allowed by this role'));
    await expect(issue({ other_sans: '1.2;utf8:x' })).rejects.toMatchObject(refused('not supported'));
    await expect(issue({ common_name: '' })).rejects.toMatchObject(refused('common_name field is required'));
  });

  it('is good no longer than the role says, with a word about it', async () => {
    const { envelope } = await core.ask('update', 'pki/issue/web', {
      common_name: 'a.example.com',
      ttl: '100h',
    });
    expect(envelope?.warnings?.[0]).toContain('max_ttl');
    expect(envelope?.data?.['expiration']).toBe(clock.now() / 1000 + 72 * 3600);
  });

  it('for a request is made with the names of the request, as far as the role allows them', async () => {
    const own = await write('sys/mounts/own', { type: 'pki' }).then(() =>
      write('own/intermediate/generate/internal', {
        common_name: 'c.example.com',
        alt_names: 'evil.com',
        key_type: 'ec',
      }),
    );
    await expect(write('pki/sign/web', { csr: own.csr })).rejects.toMatchObject(
      refused('evil.com not allowed'),
    );
    await write('pki/roles/fields', {
      allowed_domains: 'example.com',
      allow_subdomains: true,
      key_type: 'ec',
      use_csr_sans: false,
    });
    const made = await write('pki/sign/fields', { csr: own.csr, common_name: 'ignored.example.com' });
    expect(new X509Certificate(made.certificate).subjectAltName).toBe('DNS:c.example.com');
    expect(made).not.toHaveProperty('private_key');
    const verbatim = await write('pki/sign-verbatim', { csr: own.csr });
    expect(new X509Certificate(verbatim.certificate).subjectAltName).toContain('DNS:evil.com');
    expect(new X509Certificate(verbatim.certificate).ca).toBe(false);
    await write('pki/roles/rsa', { allow_any_name: true, key_type: 'rsa' });
    await expect(write('pki/sign/rsa', { csr: own.csr })).rejects.toMatchObject(refused('keys of type rsa'));
  });

  it('is for somebody: without any name there is none', async () => {
    const { csr } = await write('sys/mounts/own', { type: 'pki' }).then(() =>
      write('own/intermediate/generate/internal', { common_name: 'unread', key_type: 'ec' }),
    );
    await write('pki/roles/nameless', {
      key_type: 'ec',
      require_cn: false,
      use_csr_common_name: false,
      use_csr_sans: false,
    });
    const none = write('pki/sign/nameless', { csr });
    await expect(none).rejects.toMatchObject(refused('needs a name'));
    // Other names are critical where there is no subject, and only there (RFC 5280, 4.2.1.6).
    for (const organization of ['', 'Org']) {
      await write('pki/roles/nameless', {
        key_type: 'ec',
        require_cn: false,
        allow_any_name: true,
        organization,
      });
      const made = await write('pki/issue/nameless', { alt_names: 'a.example.com' });
      const read = new x509.X509Certificate(made.certificate).getExtension('2.5.29.17');
      expect(read?.critical).toBe(organization === '');
    }
  });

  it('is not made for a request that somebody else has signed', async () => {
    await write('sys/mounts/own', { type: 'pki' });
    const { csr } = await write('own/intermediate/generate/internal', {
      common_name: 'c.example.com',
      key_type: 'ec',
    });
    const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64');
    der[der.indexOf('c.example.com')] = 'd'.charCodeAt(0);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    await expect(write('pki/sign/web', { csr: forged })).rejects.toMatchObject(refused('signature'));
    await expect(write('pki/sign/web', { csr: 'nonsense' })).rejects.toMatchObject(
      refused('could not be parsed'),
    );
  });

  it('is read by anyone who has its serial number, written as they like', async () => {
    const made = await issue();
    for (const serial of [made.serial_number, made.serial_number.replaceAll(':', '-').toUpperCase()]) {
      expect(await ask('read', `pki/cert/${serial}`)).toMatchObject({
        certificate: made.certificate,
        revocation_time: 0,
      });
    }
    const { raw } = await core.ask('read', `pki/cert/${made.serial_number}/raw/pem`);
    expect(Buffer.from(raw?.bytes ?? []).toString()).toBe(made.certificate);
    expect((await ask('list', 'pki/certs')).keys).toContain(made.serial_number);
    await write('pki/roles/secretive', { allow_any_name: true, key_type: 'ec', no_store: true });
    const other = await issue({}, 'secretive');
    await expect(ask('read', `pki/cert/${other.serial_number}`)).rejects.toMatchObject({ code: 'not-found' });
    await write('pki/revoke', { certificate: other.certificate });
    expect(await revoked()).toEqual([other.serial_number]);
  });
});

describe('the list of revoked certificates', () => {
  it('names what was revoked the next time that it is read, with a higher number', async () => {
    const made = await issue();
    expect(await revoked()).toEqual([]);
    const before = crlNumber(await crl());
    expect(await crl().then(crlNumber)).toBe(before);
    const told = await write('pki/revoke', { serial_number: made.serial_number });
    expect(told).toMatchObject({ revocation_time: clock.now() / 1000, state: 'revoked' });
    expect(await revoked()).toEqual([made.serial_number]);
    expect(crlNumber(await crl())).toBe(before + 1);
    clock.advance(5000);
    expect(await write('pki/revoke', { serial_number: made.serial_number })).toEqual(told);
    expect((await ask('list', 'pki/certs/revoked')).keys).toEqual([made.serial_number]);
  });

  it('never reaches anybody when it is about to lapse', async () => {
    const first = await crl();
    clock.advance(61 * HOUR);
    const second = await crl();
    expect(crlNumber(second)).toBe(crlNumber(first) + 1);
    expect(second.nextUpdate?.getTime()).toBe(clock.now() + 72 * HOUR);
    await write('pki/config/crl', { expiry: '1h' });
    expect((await crl()).nextUpdate?.getTime()).toBe(clock.now() + HOUR);
    await expect(write('pki/config/crl', { expiry: '100000h' })).rejects.toMatchObject(
      refused('ten years at most'),
    );
    expect(await ask('read', 'pki/config/crl')).toMatchObject({ expiry: '1h0m0s', disable: false });
  });

  it('does not take the authority itself, what is unknown, or what has ended', async () => {
    const [authority] = (await ask('list', 'pki/certs')).keys;
    await expect(write('pki/revoke', { serial_number: authority })).rejects.toMatchObject(refused('own CRL'));
    await expect(write('pki/revoke', { serial_number: '01:02' })).rejects.toMatchObject(refused('not found'));
    const made = await issue();
    clock.advance(2 * HOUR);
    const { envelope } = await core.ask('update', 'pki/revoke', { serial_number: made.serial_number });
    expect(envelope?.warnings?.[0]).toContain('already expired');
  });

  it('is tidied when what it names has long ended', async () => {
    const made = await issue();
    await write('pki/revoke', { serial_number: made.serial_number });
    clock.advance(100 * HOUR);
    await write('pki/tidy', { tidy_cert_store: true, tidy_revoked_certs: true, safety_buffer: '1h' });
    await expect(ask('read', `pki/cert/${made.serial_number}`)).rejects.toMatchObject({ code: 'not-found' });
    expect(await revoked()).toEqual([]);
  });
});

describe('a leased certificate', () => {
  beforeEach(async () => {
    await write('pki/roles/leased', {
      allow_any_name: true,
      key_type: 'ec',
      generate_lease: true,
      ttl: '1h',
    });
  });

  it('is revoked when its lease is', async () => {
    const { envelope } = await core.ask('update', 'pki/issue/leased', { common_name: 'a.example.com' });
    expect(envelope).toMatchObject({ renewable: false, lease_duration: 3600 });
    expect(envelope?.lease_id).toMatch(/^pki\/issue\/leased\//);
    await write('sys/leases/revoke', { lease_id: envelope?.lease_id });
    expect(await revoked()).toEqual([envelope?.data?.['serial_number']]);
  });

  it('is revoked when whoever got it loses their token', async () => {
    await write('sys/policies/acl/web', { policy: 'path "pki/issue/*" { capabilities = ["update"] }' });
    const made = await core.ask('update', 'auth/token/create', {
      policies: ['web'],
      ttl: '30m',
      renewable: false,
    });
    const token = made.envelope?.auth?.client_token ?? '';
    const got = await core.ask('update', 'pki/issue/leased', { common_name: 'a.example.com' }, { token });
    expect(got.envelope?.lease_duration).toBe(1800);
    await write('auth/token/revoke', { token });
    await expect.poll(revoked).toEqual([got.envelope?.data?.['serial_number']]);
  });

  it('is not said to be dead while no list names it', async () => {
    const { envelope } = await core.ask('update', 'pki/issue/leased', { common_name: 'a.example.com' });
    const revoke = async () => {
      let isOver = false;
      const asked = write('sys/leases/revoke', { lease_id: envelope?.lease_id });
      const settled = asked
        .catch(() => {})
        .finally(() => {
          isOver = true;
        });
      for (let second = 0; second < 100 && !isOver; second += 1) {
        await new Promise((go) => setImmediate(go));
        clock.advance(1000);
      }
      await settled;
      return asked;
    };
    await write('pki/config/crl', { disable: true });
    await expect(revoke()).rejects.toMatchObject(refused('lists of revoked certificates are disabled'));
    await write('pki/config/crl', { disable: false });
    await ask('delete', 'pki/root');
    clock.advance(10 * 60_000);
    await expect(revoke()).rejects.toMatchObject(refused('CA that has signed it is not here'));
    clock.advance(HOUR);
    await revoke();
  });

  it('does not exclude that nothing is kept: the role is refused', async () => {
    const both = write('pki/roles/both', { no_store: true, generate_lease: true });
    await expect(both).rejects.toMatchObject(refused('exclude one another'));
  });
});

describe('a role', () => {
  it('is read as it was written, replaced as a whole, and patched in part', async () => {
    expect(await ask('read', 'pki/roles/web')).toMatchObject({
      allowed_domains: ['example.com'],
      allow_subdomains: true,
      key_type: 'ec',
      key_bits: 256,
      max_ttl: 259_200,
    });
    await ask('patch', 'pki/roles/web', { allow_subdomains: false });
    expect(await ask('read', 'pki/roles/web')).toMatchObject({ allow_subdomains: false, max_ttl: 259_200 });
    await write('pki/roles/web', { allow_any_name: true });
    expect(await ask('read', 'pki/roles/web')).toMatchObject({
      allowed_domains: [],
      max_ttl: 0,
      key_type: 'rsa',
      key_bits: 2048,
    });
    expect(await ask('list', 'pki/roles')).toEqual({ keys: ['web'] });
    await ask('delete', 'pki/roles/web');
    await expect(ask('list', 'pki/roles')).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    [{ key_usage: 'CertSign' }, 'unsupported key usage'],
    [{ key_type: 'rsa', key_bits: 1024 }, 'unsupported bit length'],
    [{ key_type: 'dsa' }, 'key_type'],
    [{ ttl: '2h', max_ttl: '1h' }, 'ttl'],
    [{ ext_key_usage_oids: 'nonsense' }, 'object identifier'],
    [{ allowed_domains_template: true }, 'not supported'],
  ])('%j is refused', async (fields, why) => {
    await expect(write('pki/roles/bad', fields)).rejects.toMatchObject(refused(why));
  });

  it('of any key type is for signing alone', async () => {
    await write('pki/roles/any', { allow_any_name: true, key_type: 'any' });
    await expect(issue({}, 'any')).rejects.toMatchObject(refused('only signing'));
    await expect(issue({}, 'nobody')).rejects.toMatchObject({ code: 'unknown-role' });
  });
});

it('every path says what it is for', async () => {
  const { paths } = (await ask('read', 'sys/internal/specs/openapi')) as {
    paths: Record<string, { description: string }>;
  };
  const own = Object.entries(paths).filter(([path]) => path.startsWith('/pki/'));
  expect(own.length).toBeGreaterThan(20);
  expect(pkiEngine.routes.filter((route) => !route.help)).toEqual([]);
});

function crlNumber(list: x509.X509Crl): number {
  const value = Buffer.from(list.getExtension('2.5.29.20')?.value ?? new ArrayBuffer());
  return value.readUIntBE(2, value.length - 2);
}
