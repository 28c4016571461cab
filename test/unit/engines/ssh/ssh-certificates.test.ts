import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { publicKeyLine, sshPublicKey } from '../../../../electron/engines/ssh/public-key.ts';
import { openSshWorld, PUBLIC, refused, type SshWorld } from './ssh-world.ts';

let world: SshWorld;
beforeEach(async () => {
  world = await openSshWorld();
});

describe('a certificate', () => {
  it('begins a little before now and ends when the role or whoever asks says', async () => {
    await world.role({ default_user: 'ann', max_ttl: '2h' });
    const now = world.clock.now() / 1000;
    expect(await world.signed()).toMatchObject({
      kind: 1,
      after: now - 30,
      before: now + 3600,
      principals: ['ann'],
    });
    expect(await world.signed({ ttl: '2h' })).toMatchObject({ before: now + 7200 });
    await expect(world.signed({ ttl: '3h' })).rejects.toMatchObject(
      refused('larger than maximum allowed 7200'),
    );
  });

  it('never names nobody, which would mean everybody, unless the role says so', async () => {
    await world.role({ allowed_users: '*' });
    await expect(world.signed()).rejects.toMatchObject(refused('without valid_principals'));
    await world.role({ allow_empty_principals: true }, 'everybody');
    expect(await world.signed({}, 'everybody')).toMatchObject({ principals: [] });
  });

  it('names only those whom the role allows', async () => {
    await world.role({ allowed_users: 'ann,bob', default_user: 'carl' });
    expect(await world.signed({ valid_principals: 'ann,bob' })).toMatchObject({ principals: ['ann', 'bob'] });
    expect(await world.signed({ valid_principals: 'carl' })).toMatchObject({ principals: ['carl'] });
    for (const name of ['eve', 'ann,eve', 'Ann', 'an*']) {
      await expect(world.signed({ valid_principals: name })).rejects.toMatchObject(
        refused('valid_principals'),
      );
    }
    await expect(world.signed({ valid_principals: ['ann\nbob'] })).rejects.toMatchObject(
      refused('valid_principals'),
    );
    await expect(world.signed({ cert_type: 'host', valid_principals: 'ann' })).rejects.toMatchObject(
      refused('not allowed by role'),
    );
  });

  it('stands for hosts of the domains that the role names, and for no pattern of them', async () => {
    const hosts = {
      allow_user_certificates: false,
      allow_host_certificates: true,
      allowed_domains: 'example.com',
    };
    await world.role({ ...hosts, allow_subdomains: true, default_extensions: { 'permit-pty': '' } }, 'hosts');
    const host = (name: string) => world.signed({ cert_type: 'host', valid_principals: name }, 'hosts');
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
    await expect(world.signed({ valid_principals: 'web.example.com' }, 'hosts')).rejects.toMatchObject(
      refused('user is not allowed'),
    );
  });

  it('keeps what the role lays down, whatever is asked for', async () => {
    await world.role({
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
    expect(await world.signed(asked)).toMatchObject({
      extensions: { 'permit-pty': '', 'permit-user-rc': '' },
      critical: { 'force-command': 'ls', 'source-address': '10.1.0.0/16' },
    });
    const forced = world.signed({ valid_principals: 'ann', critical_options: { 'force-command': 'sh' } });
    await expect(forced).rejects.toMatchObject(refused('not on allowed list'));
    const more = world.signed({ valid_principals: 'ann', extensions: { 'permit-agent-forwarding': '' } });
    await expect(more).rejects.toMatchObject(refused('not on allowed list'));
  });

  it('says who asked for it, in the words of the role', async () => {
    await world.role({
      allowed_users: '*',
      key_id_format: '{{role_name}}/{{token_display_name}}\n{{nothing}}',
    });
    expect(await world.signed({ valid_principals: 'ann' })).toMatchObject({
      keyId: 'people/root {{nothing}}',
    });
    await expect(world.signed({ valid_principals: 'ann', key_id: 'me' })).rejects.toMatchObject(
      refused('key_id is not allowed'),
    );
    await world.role({ allowed_users: '*', allow_user_key_ids: true }, 'own');
    expect(await world.signed({ valid_principals: 'ann', key_id: 'me' }, 'own')).toMatchObject({
      keyId: 'me',
    });
  });

  it('is signed for keys of the lengths that the role names', async () => {
    await world.role({ allowed_users: '*', allowed_user_key_lengths: { rsa: [3072], ed25519: 0 } });
    const rsa = (bits: number) =>
      publicKeyLine(sshPublicKey(generateKeyPairSync('rsa', { modulusLength: bits }).privateKey));
    await world.signed({ valid_principals: 'ann' });
    await world.signed({ valid_principals: 'ann', public_key: rsa(3072) });
    await expect(world.signed({ valid_principals: 'ann', public_key: rsa(2048) })).rejects.toMatchObject(
      refused('2048 bits'),
    );
    const ec = publicKeyLine(sshPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey));
    await expect(world.signed({ valid_principals: 'ann', public_key: ec })).rejects.toMatchObject(
      refused('not allowed'),
    );
  });

  it.each(['', 'ssh-ed25519', 'ssh-ed25519 AAAA', 'ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA==', `${PUBLIC}AAAA`])(
    'is not signed for %j, which is no key',
    async (public_key) => {
      await world.role({ allowed_users: '*' });
      await expect(world.signed({ valid_principals: 'ann', public_key })).rejects.toMatchObject({
        code: 'invalid-request',
      });
    },
  );
});

describe('a role', () => {
  it('is read as it was written, and replaced as a whole', async () => {
    await world.role({ allowed_users: 'ann,bob', default_extensions: { 'permit-pty': '' } });
    expect(await world.read('ssh/roles/people')).toMatchObject({
      key_type: 'ca',
      allowed_users: 'ann,bob',
      default_extensions: { 'permit-pty': '' },
      ttl: 3600,
    });
    await world.role({ allowed_users: 'ann' });
    expect(await world.read('ssh/roles/people')).toMatchObject({
      allowed_users: 'ann',
      default_extensions: {},
    });
    await world.core.ask('delete', 'ssh/roles/people');
    await expect(world.read('ssh/roles/people')).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    [{ key_type: 'dynamic' }, 'key_type'],
    [{ allow_user_certificates: false }, 'must be set to "true"'],
    [{ allowed_users_template: true }, 'templates'],
    [{ algorithm_signer: 'ssh-rsa' }, 'algorithm_signer'],
    [{ ttl: '2h', max_ttl: '1h' }, 'ttl'],
  ])('%j is refused', async (fields, why) => {
    await expect(world.role(fields)).rejects.toMatchObject(refused(why));
  });
});
