// @peculiar/x509 is put together by a container that cannot start without it.
import 'reflect-metadata';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { beforeEach, describe, expect, it } from 'vitest';
import { crlNumber, openPkiWorld, type PkiWorld, refused } from './pki-world.ts';

let world: PkiWorld;
beforeEach(async () => {
  world = await openPkiWorld();
});

describe('an authority', () => {
  it('keeps its key to itself, and shows it once where it is asked to', async () => {
    expect(await world.ask('read', 'pki/cert/ca')).not.toHaveProperty('private_key');
    await world.ask('delete', 'pki/root');
    const made = await world.write('pki/root/generate/exported', {
      common_name: 'Root',
      key_type: 'ed25519',
    });
    const key = createPrivateKey(made.private_key);
    expect(new X509Certificate(made.certificate).checkPrivateKey(key)).toBe(true);
    const records = JSON.stringify((await world.vault.readRecords({})).records);
    expect(records).not.toContain(
      key.export({ format: 'der', type: 'pkcs8' }).toString('base64').slice(0, 40),
    );
    expect(records).not.toContain('PRIVATE KEY');
  });

  it('stands beside others, and all keys are forgotten when they are deleted or the mount is', async () => {
    const before = await world.sealedValues();
    await world.write('pki/root/generate/internal', { common_name: 'Other', key_type: 'ec' });
    await world.write('pki/intermediate/generate/internal', { common_name: 'Awaited', key_type: 'ec' });
    expect(await world.sealedValues()).toBe(before + 2);
    expect((await world.ask('list', 'pki/keys')).keys).toHaveLength(3);
    await world.ask('delete', 'pki/root');
    expect(await world.sealedValues()).toBe(before - 1);
    await expect(world.issue()).rejects.toMatchObject(refused('no default issuer'));
    await world.write('pki/root/generate/internal', { common_name: 'New', key_type: 'ec' });
    await world.ask('delete', 'sys/mounts/pki');
    expect(await world.sealedValues()).toBe(before - 1);
  });

  it('that is deleted and comes back goes on naming what it has revoked', async () => {
    await world.ask('delete', 'pki/root');
    const root = await world.write('pki/root/generate/exported', {
      common_name: 'Root',
      key_type: 'ec',
      ttl: '8760h',
      format: 'pem_bundle',
    });
    const [made, other] = [await world.issue(), await world.issue()];
    await world.write('pki/revoke', { serial_number: made.serial_number });
    await world.ask('delete', 'pki/root');
    await world.write('pki/config/ca', { pem_bundle: root.certificate });
    expect(await world.revoked()).toEqual([made.serial_number]);
    await world.write('pki/revoke', { serial_number: other.serial_number });
    expect(await world.revoked()).toHaveLength(2);
  });

  it('that another one has signed goes on naming what it has revoked too, when it comes back', async () => {
    await world.write('sys/mounts/below', { type: 'pki', config: { max_lease_ttl: '87600h' } });
    const asked = await world.write('below/intermediate/generate/exported', {
      common_name: 'Below',
      key_type: 'ec',
    });
    const signed = await world.write('pki/root/sign-intermediate', { csr: asked.csr, common_name: 'Below' });
    await world.write('below/intermediate/set-signed', { certificate: signed.certificate });
    await world.write('below/roles/web', { allow_any_name: true, key_type: 'ec', ttl: '1h' });
    const [made, other] = [
      await world.write('below/issue/web', { common_name: 'a.example.com' }),
      await world.write('below/issue/web', { common_name: 'b.example.com' }),
    ];
    await world.write('below/revoke', { serial_number: made.serial_number });
    const before = crlNumber(await world.crl('below/crl'));
    await world.ask('delete', 'below/root');
    await world.write('below/config/ca', { pem_bundle: `${asked.private_key}\n${signed.certificate}` });
    expect(await world.revoked('below/crl')).toEqual([made.serial_number]);
    expect(crlNumber(await world.crl('below/crl'))).toBeGreaterThan(before);
    await world.write('below/revoke', { serial_number: other.serial_number });
    expect(await world.revoked('below/crl')).toHaveLength(2);
    // The same key with another certificate is the same CA still.
    const renewed = await world.write('pki/root/sign-intermediate', { csr: asked.csr, common_name: 'Below' });
    await world.ask('delete', 'below/root');
    await world.write('below/config/ca', { pem_bundle: `${asked.private_key}\n${renewed.certificate}` });
    expect(await world.revoked('below/crl')).toHaveLength(2);
  });

  it('is fetched by anyone, as often as they like, without filling the records', async () => {
    await world.crl();
    const { serial_number: serial } = await world.issue();
    const before = (await world.vault.readRecords({})).records.length;
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
      await world.core.ask('read', `pki/${path}`);
    }
    await world.core.ask('read', `pki/cert/${serial}/raw`);
    expect((await world.vault.readRecords({})).records.length).toBe(before);
  });

  it.each(['rsa', 'ec', 'ed25519'])('signs with a key of type %s', async (type) => {
    await world.ask('delete', 'pki/root');
    const root = await world.write('pki/root/generate/internal', {
      common_name: 'Root',
      key_type: type,
      ttl: '8760h',
    });
    const authority = new X509Certificate(root.certificate);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(new X509Certificate((await world.issue()).certificate).verify(authority.publicKey)).toBe(true);
    expect(
      await (await world.crl()).verify({ publicKey: new x509.X509Certificate(root.certificate) } as never),
    ).toBe(true);
  });

  it('signs nothing that would outlive it', async () => {
    await world.write('pki/roles/long', { allow_any_name: true, key_type: 'ec', ttl: '9000h' });
    await expect(world.issue({}, 'long')).rejects.toMatchObject(refused('beyond the expiration of the CA'));
  });

  it('stands below another one, and may not sign further ones where that one says so', async () => {
    await world.write('sys/mounts/below', { type: 'pki', config: { max_lease_ttl: '87600h' } });
    const { csr } = await world.write('below/intermediate/generate/internal', {
      common_name: 'Below',
      key_type: 'ec',
    });
    const signed = await world.write('pki/root/sign-intermediate', {
      csr,
      common_name: 'Below',
      ttl: '4000h',
      max_path_length: 0,
    });
    await world.write('below/intermediate/set-signed', {
      certificate: `${signed.certificate}\n${signed.issuing_ca}`,
    });
    const again = await world.write('below/intermediate/generate/existing', { common_name: 'Below' });
    await expect(
      world.write('below/root/sign-intermediate', { csr: again.csr, common_name: 'Third' }),
    ).rejects.toMatchObject(refused('max_path_length is 0'));
    // Its certificate is renewed with the key that is there.
    const renewed = await world.write('pki/root/sign-intermediate', {
      csr: again.csr,
      use_csr_values: true,
      ttl: '5000h',
    });
    await world.write('below/intermediate/set-signed', { certificate: renewed.certificate });
    expect((await world.ask('read', 'below/cert/ca')).certificate).toBe(renewed.certificate);
    await expect(
      world.write('below/intermediate/set-signed', { certificate: signed.issuing_ca }),
    ).rejects.toMatchObject(refused('none of these certificates'));
  });

  it('signs another root as it is, so that whoever trusts the one trusts the other', async () => {
    await world.write('sys/mounts/other', { type: 'pki' });
    const other = await world.write('other/root/generate/internal', { common_name: 'Other', key_type: 'ec' });
    const crossed = await world.write('pki/root/sign-self-issued', { certificate: other.certificate });
    const [before, after] = [other.certificate, crossed.certificate].map((pem) => new X509Certificate(pem));
    const root = new X509Certificate(crossed.issuing_ca);
    expect(after?.verify(root.publicKey)).toBe(true);
    expect(after?.issuer).toBe('CN=Root');
    for (const part of ['subject', 'serialNumber', 'validTo', 'ca'] as const)
      expect(after?.[part]).toBe(before?.[part]);
    expect(after?.publicKey.equals(before?.publicKey as KeyObject)).toBe(true);
    const leaf = (await world.issue()).certificate;
    await expect(world.write('pki/root/sign-self-issued', { certificate: leaf })).rejects.toMatchObject(
      refused('not a CA'),
    );
    await expect(
      world.write('other/root/sign-self-issued', { certificate: crossed.certificate }),
    ).rejects.toMatchObject(refused('not self-issued'));
  });

  it('comes from elsewhere with its key, and not without it', async () => {
    await world.write('sys/mounts/other', { type: 'pki' });
    const made = await world.write('other/root/generate/exported', {
      common_name: 'Elsewhere',
      format: 'pem_bundle',
    });
    expect(made.certificate.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    await world.ask('delete', 'pki/root');
    await expect(world.write('pki/config/ca', { pem_bundle: made.issuing_ca })).rejects.toMatchObject(
      refused('one private key'),
    );
    await world.write('pki/config/ca', { pem_bundle: made.certificate });
    expect((await world.issue()).issuing_ca).toBe(made.issuing_ca);
  });
});
