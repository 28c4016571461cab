import { beforeEach, describe, expect, it } from 'vitest';
import { pkiEngine } from '../../../../electron/engines/pki/pki-engine.ts';
import { openPkiWorld, type PkiWorld, refused } from './pki-world.ts';

let world: PkiWorld;
beforeEach(async () => {
  world = await openPkiWorld();
});

describe('a role', () => {
  it('is read as it was written, replaced as a whole, and patched in part', async () => {
    expect(await world.ask('read', 'pki/roles/web')).toMatchObject({
      allowed_domains: ['example.com'],
      allow_subdomains: true,
      key_type: 'ec',
      key_bits: 256,
      max_ttl: 259_200,
    });
    await world.ask('patch', 'pki/roles/web', { allow_subdomains: false });
    expect(await world.ask('read', 'pki/roles/web')).toMatchObject({
      allow_subdomains: false,
      max_ttl: 259_200,
    });
    await world.write('pki/roles/web', { allow_any_name: true });
    expect(await world.ask('read', 'pki/roles/web')).toMatchObject({
      allowed_domains: [],
      max_ttl: 0,
      key_type: 'rsa',
      key_bits: 2048,
    });
    expect(await world.ask('list', 'pki/roles')).toEqual({ keys: ['web'] });
    await world.ask('delete', 'pki/roles/web');
    await expect(world.ask('list', 'pki/roles')).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    [{ key_usage: 'CertSign' }, 'unsupported key usage'],
    [{ key_type: 'rsa', key_bits: 1024 }, 'unsupported bit length'],
    [{ key_type: 'dsa' }, 'key_type'],
    [{ ttl: '2h', max_ttl: '1h' }, 'ttl'],
    [{ ext_key_usage_oids: 'nonsense' }, 'object identifier'],
    [{ allowed_domains_template: true }, 'not supported'],
  ])('%j is refused', async (fields, why) => {
    await expect(world.write('pki/roles/bad', fields)).rejects.toMatchObject(refused(why));
  });

  it('of any key type is for signing alone', async () => {
    await world.write('pki/roles/any', { allow_any_name: true, key_type: 'any' });
    await expect(world.issue({}, 'any')).rejects.toMatchObject(refused('only signing'));
    await expect(world.issue({}, 'nobody')).rejects.toMatchObject({ code: 'unknown-role' });
  });
});

it('every path says what it is for', async () => {
  const { paths } = (await world.ask('read', 'sys/internal/specs/openapi')) as {
    paths: Record<string, { description: string }>;
  };
  const own = Object.entries(paths).filter(([path]) => path.startsWith('/pki/'));
  expect(own.length).toBeGreaterThan(20);
  expect(pkiEngine.routes.filter((route) => !route.help)).toEqual([]);
});
