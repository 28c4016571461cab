// @peculiar/x509 is put together by a container that cannot start without it.
import 'reflect-metadata';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { beforeEach, describe, expect, it } from 'vitest';
import { openPkiWorld, type PkiWorld, readable, refused } from './pki-world.ts';

let world: PkiWorld;
beforeEach(async () => {
  world = await openPkiWorld();
});

describe('a certificate', () => {
  it('has what the role says and nothing that was not checked', async () => {
    const made = await world.issue({ alt_names: 'b.example.com', ip_sans: '10.0.0.1', ttl: '2h' });
    const parsed = new X509Certificate(made.certificate);
    expect(parsed.subject).toBe('CN=a.example.com');
    expect(parsed.subjectAltName).toBe('DNS:a.example.com, DNS:b.example.com, IP Address:10.0.0.1');
    expect(parsed.ca).toBe(false);
    expect(parsed.checkPrivateKey(createPrivateKey(made.private_key))).toBe(true);
    expect(made.private_key_type).toBe('ec');
    expect(made.expiration).toBe(world.clock.now() / 1000 + 7200);
    expect(readable(parsed.serialNumber)).toBe(made.serial_number);
    expect(Buffer.from(made.serial_number.replaceAll(':', ''), 'hex')).toHaveLength(20);
    expect(made.ca_chain).toEqual([made.issuing_ca]);
    await expect(world.issue({ common_name: 'evil.com' })).rejects.toMatchObject(
      refused('not allowed by this role'),
    );
    await expect(world.issue({ alt_names: 'evil.com' })).rejects.toMatchObject(
      refused('not allowed by this role'),
    );
    await expect(world.issue({ other_sans: '1.2;utf8:x' })).rejects.toMatchObject(refused('not supported'));
    await expect(world.issue({ common_name: '' })).rejects.toMatchObject(
      refused('common_name field is required'),
    );
  });

  it('is good no longer than the role says, with a word about it', async () => {
    const { envelope } = await world.core.ask('update', 'pki/issue/web', {
      common_name: 'a.example.com',
      ttl: '100h',
    });
    expect(envelope?.warnings?.[0]).toContain('max_ttl');
    expect(envelope?.data?.['expiration']).toBe(world.clock.now() / 1000 + 72 * 3600);
  });

  it('for a request is made with the names of the request, as far as the role allows them', async () => {
    const own = await world.write('sys/mounts/own', { type: 'pki' }).then(() =>
      world.write('own/intermediate/generate/internal', {
        common_name: 'c.example.com',
        alt_names: 'evil.com',
        key_type: 'ec',
      }),
    );
    await expect(world.write('pki/sign/web', { csr: own.csr })).rejects.toMatchObject(
      refused('evil.com not allowed'),
    );
    await world.write('pki/roles/fields', {
      allowed_domains: 'example.com',
      allow_subdomains: true,
      key_type: 'ec',
      use_csr_sans: false,
    });
    const made = await world.write('pki/sign/fields', { csr: own.csr, common_name: 'ignored.example.com' });
    expect(new X509Certificate(made.certificate).subjectAltName).toBe('DNS:c.example.com');
    expect(made).not.toHaveProperty('private_key');
    const verbatim = await world.write('pki/sign-verbatim', { csr: own.csr });
    expect(new X509Certificate(verbatim.certificate).subjectAltName).toContain('DNS:evil.com');
    expect(new X509Certificate(verbatim.certificate).ca).toBe(false);
    await world.write('pki/roles/rsa', { allow_any_name: true, key_type: 'rsa' });
    await expect(world.write('pki/sign/rsa', { csr: own.csr })).rejects.toMatchObject(
      refused('keys of type rsa'),
    );
  });

  it('is for somebody: without any name there is none', async () => {
    const { csr } = await world
      .write('sys/mounts/own', { type: 'pki' })
      .then(() =>
        world.write('own/intermediate/generate/internal', { common_name: 'unread', key_type: 'ec' }),
      );
    await world.write('pki/roles/nameless', {
      key_type: 'ec',
      require_cn: false,
      use_csr_common_name: false,
      use_csr_sans: false,
    });
    const none = world.write('pki/sign/nameless', { csr });
    await expect(none).rejects.toMatchObject(refused('needs a name'));
    // Other names are critical where there is no subject, and only there (RFC 5280, 4.2.1.6).
    for (const organization of ['', 'Org']) {
      await world.write('pki/roles/nameless', {
        key_type: 'ec',
        require_cn: false,
        allow_any_name: true,
        organization,
      });
      const made = await world.write('pki/issue/nameless', { alt_names: 'a.example.com' });
      const read = new x509.X509Certificate(made.certificate).getExtension('2.5.29.17');
      expect(read?.critical).toBe(organization === '');
    }
  });

  it('is not made for a request that somebody else has signed', async () => {
    await world.write('sys/mounts/own', { type: 'pki' });
    const { csr } = await world.write('own/intermediate/generate/internal', {
      common_name: 'c.example.com',
      key_type: 'ec',
    });
    const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64');
    der[der.indexOf('c.example.com')] = 'd'.charCodeAt(0);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    await expect(world.write('pki/sign/web', { csr: forged })).rejects.toMatchObject(refused('signature'));
    await expect(world.write('pki/sign/web', { csr: 'nonsense' })).rejects.toMatchObject(
      refused('could not be parsed'),
    );
  });

  it('is read by anyone who has its serial number, written as they like', async () => {
    const made = await world.issue();
    for (const serial of [made.serial_number, made.serial_number.replaceAll(':', '-').toUpperCase()]) {
      expect(await world.ask('read', `pki/cert/${serial}`)).toMatchObject({
        certificate: made.certificate,
        revocation_time: 0,
      });
    }
    const { raw } = await world.core.ask('read', `pki/cert/${made.serial_number}/raw/pem`);
    expect(Buffer.from(raw?.bytes ?? []).toString()).toBe(made.certificate);
    expect((await world.ask('list', 'pki/certs')).keys).toContain(made.serial_number);
    await world.write('pki/roles/secretive', { allow_any_name: true, key_type: 'ec', no_store: true });
    const other = await world.issue({}, 'secretive');
    await expect(world.ask('read', `pki/cert/${other.serial_number}`)).rejects.toMatchObject({
      code: 'not-found',
    });
    await world.write('pki/revoke', { certificate: other.certificate });
    expect(await world.revoked()).toEqual([other.serial_number]);
  });

  it('with a long RSA key waits its turn, and is refused where too many wait already', async () => {
    await world.write('pki/roles/heavy', { allow_any_name: true, key_type: 'rsa', key_bits: 4096 });
    const client = new AbortController();
    const asked = Array.from({ length: 14 }, () =>
      world.core.ask('update', 'pki/issue/heavy', { common_name: 'a' }, { signal: client.signal }).then(
        () => 'made',
        (error: { code: string }) => error.code,
      ),
    );
    // One is made and eight wait; who has left makes room for others.
    await expect(Promise.race(asked)).resolves.toBe('too-many-requests');
    client.abort();
    const outcomes = await Promise.all(asked);
    expect(outcomes).toContain('cancelled');
    expect(outcomes.filter((outcome) => outcome === 'made').length).toBeLessThan(5);
    await world.issue();
  });
});
