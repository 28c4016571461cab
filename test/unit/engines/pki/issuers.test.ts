import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Data, openPkiWorld, type PkiWorld, refused } from './pki-world.ts';

let world: PkiWorld;
beforeEach(async () => {
  world = await openPkiWorld();
});

const second = (data: Record<string, unknown> = {}): Promise<Data> =>
  world.write('pki/root/generate/internal', {
    common_name: 'Second',
    key_type: 'ec',
    ttl: '8760h',
    issuer_name: 'second',
    key_name: 'second-key',
    ...data,
  });
const list = async () => (await world.ask('list', 'pki/issuers')) as Data;

describe('several issuers', () => {
  it('stand side by side: the first is the default until another is chosen', async () => {
    const { issuer_id: id } = await second();
    const [first] = (await list()).keys;
    expect((await list()).key_info).toEqual({
      [first]: expect.objectContaining({ issuer_name: '', is_default: true }),
      [id]: expect.objectContaining({ issuer_name: 'second', is_default: false }),
    });
    expect(await world.read('pki/config/issuers')).toEqual({
      default: first,
      default_follows_latest_issuer: false,
    });
    expect(new X509Certificate((await world.issue()).certificate).issuer).toBe('CN=Root');
    expect(await world.write('pki/config/issuers', { default: 'second' })).toMatchObject({ default: id });
    expect(new X509Certificate((await world.issue()).certificate).issuer).toBe('CN=Second');
    expect(new X509Certificate((await world.read('pki/cert/ca')).certificate).subject).toBe('CN=Second');
    await expect(world.write('pki/config/issuers', { default: 'nobody' })).rejects.toMatchObject(
      refused('unable to find PKI issuer'),
    );
  });

  it('of which the latest is the default where that is wanted', async () => {
    await world.write('pki/config/issuers', { default: 'default', default_follows_latest_issuer: true });
    const { issuer_id: id } = await second();
    expect((await world.read('pki/config/issuers')).default).toBe(id);
  });

  it('sign for roles that name them, and for paths that do, and a body cannot choose another', async () => {
    await second();
    await world.write('pki/roles/second', { allow_any_name: true, key_type: 'ec', issuer_ref: 'second' });
    const by = async (path: string, data: Record<string, unknown> = {}) =>
      new X509Certificate((await world.write(path, { common_name: 'a.example.com', ...data })).certificate)
        .issuer;
    expect(await by('pki/issue/second')).toBe('CN=Second');
    expect(await by('pki/issuer/second/issue/web')).toBe('CN=Second');
    expect(await by('pki/issuer/default/issue/second')).toBe('CN=Root');
    for (const field of ['issuer', 'issuer_ref'])
      expect(await by('pki/issue/web', { [field]: 'second' })).toBe('CN=Root');
    await expect(world.write('pki/roles/bad', { issuer_ref: 'nobody' })).rejects.toMatchObject(
      refused('unable to find PKI issuer'),
    );
    const { csr } = await world.write('pki/intermediate/generate/internal', {
      common_name: 'c.example.com',
      key_type: 'ec',
    });
    expect(await by('pki/issuer/second/sign/web', { csr })).toBe('CN=Second');
    expect(await by('pki/issuer/second/sign-verbatim', { csr })).toBe('CN=Second');
    expect(await by('pki/issuer/second/sign-intermediate', { csr })).toBe('CN=Second');
    expect(await by('pki/root/sign-intermediate', { csr, issuer_ref: 'second' })).toBe('CN=Second');
  });

  it('each have a list of what they have revoked, and nothing of one another’s', async () => {
    await second();
    const [one, other] = [
      await world.issue(),
      await world.write('pki/issuer/second/issue/web', { common_name: 'b.example.com' }),
    ];
    for (const { serial_number } of [one, other]) await world.write('pki/revoke', { serial_number });
    expect(await world.revoked()).toEqual([one.serial_number]);
    expect(await world.revoked('pki/issuer/second/crl/der')).toEqual([other.serial_number]);
    const { crl } = await world.read('pki/issuer/second/crl');
    const { raw } = await world.core.ask('read', 'pki/issuer/second/crl/pem');
    expect(Buffer.from(raw?.bytes ?? []).toString()).toBe(crl);
    await world.write('pki/config/issuers', { default: 'second' });
    expect(await world.revoked()).toEqual([other.serial_number]);
  });

  it('are fetched by anyone, with their chain', async () => {
    const { certificate, issuer_id } = await second();
    const anyone = (path: string) => world.core.ask('read', path, {}, { token: 'nobody' });
    const before = (await world.vault.readRecords({})).records.length;
    const { envelope } = await anyone('pki/issuer/second/json');
    expect(envelope?.data).toMatchObject({ certificate, issuer_id, ca_chain: [certificate] });
    expect(Buffer.from((await anyone('pki/issuer/second/pem')).raw?.bytes ?? []).toString()).toBe(
      certificate,
    );
    expect((await anyone('pki/issuer/second/der')).raw?.contentType).toBe('application/pkix-cert');
    await anyone('pki/issuer/second/crl');
    await anyone('pki/issuer/second/crl');
    // The one list that had to be signed.
    expect((await world.vault.readRecords({})).records.length).toBe(before + 1);
    await expect(anyone('pki/issuer/nobody/pem')).rejects.toMatchObject({ code: 'not-found' });
    await expect(anyone('pki/issuer/second')).rejects.toMatchObject({
      code: expect.stringMatching(/denied|bad/),
    });
  });
});

describe('an issuer', () => {
  it('is named, limited in its use, and cuts certificates to its end where it says so', async () => {
    await second({ ttl: '2h' });
    await world.write('pki/roles/long', {
      allow_any_name: true,
      key_type: 'ec',
      ttl: '5h',
      issuer_ref: 'second',
    });
    await expect(world.issue({}, 'long')).rejects.toMatchObject(refused('beyond the expiration'));
    await world.ask('patch', 'pki/issuer/second', { leaf_not_after_behavior: 'truncate' });
    const { envelope } = await world.core.ask('update', 'pki/issue/long', { common_name: 'a' });
    expect(envelope?.data?.['expiration']).toBe(world.clock.now() / 1000 + 7200);
    expect(envelope?.warnings?.[0]).toContain('ends with its issuer');
    await world.ask('patch', 'pki/issuer/second', { usage: 'read-only,crl-signing' });
    expect(await world.read('pki/issuer/second')).toMatchObject({
      usage: 'read-only,crl-signing',
      leaf_not_after_behavior: 'truncate',
    });
    await expect(world.issue({}, 'long')).rejects.toMatchObject(
      refused('does not include issuing-certificates'),
    );
    for (const issuer_name of ['second', 'default', 'a b'])
      await expect(world.write('pki/issuer/default', { issuer_name })).rejects.toMatchObject(refused('name'));
    await expect(world.write('pki/issuer/second', { manual_chain: 'self' })).rejects.toMatchObject(
      refused('not supported'),
    );
    await expect(second({ issuer_name: 'second', key_name: '' })).rejects.toMatchObject(
      refused('already in use'),
    );
  });

  it('is deleted by itself, with a word where it was the default one, and its key with it or not', async () => {
    const { key_id: key } = await second();
    expect(await world.read('pki/key/second-key')).toEqual({
      key_id: key,
      key_name: 'second-key',
      key_type: 'ec',
    });
    const { envelope } = await world.core.ask('delete', 'pki/issuer/default');
    expect(envelope?.warnings?.[0]).toContain('was the default one');
    await expect(world.issue()).rejects.toMatchObject(refused('no default issuer'));
    await world.write('pki/config/issuers', { default: 'second' });
    await world.issue();
    const before = await world.sealedValues();
    await world.ask('delete', 'pki/key/second-key');
    expect(await world.sealedValues()).toBe(before - 1);
    await expect(world.issue()).rejects.toMatchObject(refused('its key is not here'));
    expect((await list()).keys).toHaveLength(1);
  });

  it('that is renewed with the same key takes the place of the default one, and shares its list', async () => {
    const made = await world.issue();
    await world.write('pki/root/generate/existing', { common_name: 'Root', ttl: '17520h' });
    const { keys } = await list();
    expect((await world.read('pki/config/issuers')).default).toBe(keys[1]);
    await world.write('pki/revoke', { serial_number: made.serial_number });
    for (const id of keys)
      expect(await world.revoked(`pki/issuer/${id}/crl/der`)).toEqual([made.serial_number]);
    await world.ask('delete', `pki/issuer/${keys[0]}`);
    expect(await world.revoked()).toEqual([made.serial_number]);
    expect((await world.ask('list', 'pki/keys')).keys).toHaveLength(1);
  });

  it('that is to be the next one is made as Vault makes it, and takes over when it is told to', async () => {
    const { issuer_name: name } = await world.write('pki/root/rotate/internal', {
      common_name: 'Next',
      key_type: 'ec',
    });
    expect(name).toBe('next');
    expect(new X509Certificate((await world.issue()).certificate).issuer).toBe('CN=Root');
    await world.write('pki/root/replace');
    expect(new X509Certificate((await world.issue({ ttl: '1h' })).certificate).issuer).toBe('CN=Next');
  });

  it('that comes in a second time is the same one', async () => {
    const made = await world.write('pki/root/generate/exported', {
      common_name: 'Again',
      key_type: 'ec',
      format: 'pem_bundle',
    });
    const before = await world.sealedValues();
    const told = await world.write('pki/issuers/import/bundle', { pem_bundle: made.certificate });
    expect(told).toMatchObject({ imported_issuers: null, existing_issuers: [made.issuer_id] });
    expect((await list()).keys).toHaveLength(2);
    expect(await world.sealedValues()).toBe(before);
  });
});
