import { beforeEach, describe, expect, it } from 'vitest';
import { crlNumber, HOUR, openPkiWorld, type PkiWorld, refused } from './pki-world.ts';

let world: PkiWorld;
beforeEach(async () => {
  world = await openPkiWorld();
});

describe('the list of revoked certificates', () => {
  it('names what was revoked the next time that it is read, with a higher number', async () => {
    const made = await world.issue();
    expect(await world.revoked()).toEqual([]);
    const before = crlNumber(await world.crl());
    expect(await world.crl().then(crlNumber)).toBe(before);
    const told = await world.write('pki/revoke', { serial_number: made.serial_number });
    expect(told).toMatchObject({ revocation_time: world.clock.now() / 1000, state: 'revoked' });
    expect(await world.revoked()).toEqual([made.serial_number]);
    expect(crlNumber(await world.crl())).toBe(before + 1);
    world.clock.advance(5000);
    expect(await world.write('pki/revoke', { serial_number: made.serial_number })).toEqual(told);
    expect((await world.ask('list', 'pki/certs/revoked')).keys).toEqual([made.serial_number]);
  });

  it('never reaches anybody when it is about to lapse', async () => {
    const first = await world.crl();
    world.clock.advance(61 * HOUR);
    const second = await world.crl();
    expect(crlNumber(second)).toBe(crlNumber(first) + 1);
    expect(second.nextUpdate?.getTime()).toBe(world.clock.now() + 72 * HOUR);
    await world.write('pki/config/crl', { expiry: '1h' });
    expect((await world.crl()).nextUpdate?.getTime()).toBe(world.clock.now() + HOUR);
    await expect(world.write('pki/config/crl', { expiry: '100000h' })).rejects.toMatchObject(
      refused('ten years at most'),
    );
    expect(await world.ask('read', 'pki/config/crl')).toMatchObject({ expiry: '1h0m0s', disable: false });
  });

  it('does not take the authority itself, what is unknown, or what has ended', async () => {
    const [authority] = (await world.ask('list', 'pki/certs')).keys;
    await expect(world.write('pki/revoke', { serial_number: authority })).rejects.toMatchObject(
      refused('own CRL'),
    );
    await expect(world.write('pki/revoke', { serial_number: '01:02' })).rejects.toMatchObject(
      refused('not found'),
    );
    const made = await world.issue();
    world.clock.advance(2 * HOUR);
    const { envelope } = await world.core.ask('update', 'pki/revoke', { serial_number: made.serial_number });
    expect(envelope?.warnings?.[0]).toContain('already expired');
  });

  it('is tidied when what it names has long ended', async () => {
    const made = await world.issue();
    await world.write('pki/revoke', { serial_number: made.serial_number });
    world.clock.advance(100 * HOUR);
    await world.write('pki/tidy', { tidy_cert_store: true, tidy_revoked_certs: true, safety_buffer: '1h' });
    await expect(world.ask('read', `pki/cert/${made.serial_number}`)).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await world.revoked()).toEqual([]);
  });
});

describe('a leased certificate', () => {
  beforeEach(async () => {
    await world.write('pki/roles/leased', {
      allow_any_name: true,
      key_type: 'ec',
      generate_lease: true,
      ttl: '1h',
    });
  });

  it('is revoked when its lease is', async () => {
    const { envelope } = await world.core.ask('update', 'pki/issue/leased', { common_name: 'a.example.com' });
    expect(envelope).toMatchObject({ renewable: false, lease_duration: 3600 });
    expect(envelope?.lease_id).toMatch(/^pki\/issue\/leased\//);
    await world.write('sys/leases/revoke', { lease_id: envelope?.lease_id });
    expect(await world.revoked()).toEqual([envelope?.data?.['serial_number']]);
  });

  it('says that it is good no longer than the role allows, where more was asked for', async () => {
    await world.write('pki/roles/leased', {
      allow_any_name: true,
      key_type: 'ec',
      generate_lease: true,
      max_ttl: '2h',
    });
    const { envelope } = await world.core.ask('update', 'pki/issue/leased', { common_name: 'a', ttl: '5h' });
    expect(envelope?.lease_duration).toBe(7200);
    expect(envelope?.warnings?.[0]).toContain('max_ttl');
  });

  it('is revoked when whoever got it loses their token', async () => {
    await world.write('sys/policies/acl/web', { policy: 'path "pki/issue/*" { capabilities = ["update"] }' });
    const made = await world.core.ask('update', 'auth/token/create', {
      policies: ['web'],
      ttl: '30m',
      renewable: false,
    });
    const token = made.envelope?.auth?.client_token ?? '';
    const got = await world.core.ask(
      'update',
      'pki/issue/leased',
      { common_name: 'a.example.com' },
      { token },
    );
    expect(got.envelope?.lease_duration).toBe(1800);
    await world.write('auth/token/revoke', { token });
    await expect.poll(() => world.revoked()).toEqual([got.envelope?.data?.['serial_number']]);
  });

  it('is not said to be dead while no list names it', async () => {
    const { envelope } = await world.core.ask('update', 'pki/issue/leased', { common_name: 'a.example.com' });
    const revoke = async () => {
      let isOver = false;
      const asked = world.write('sys/leases/revoke', { lease_id: envelope?.lease_id });
      const settled = asked
        .catch(() => {})
        .finally(() => {
          isOver = true;
        });
      for (let second = 0; second < 100 && !isOver; second += 1) {
        await new Promise((go) => setImmediate(go));
        world.clock.advance(1000);
      }
      await settled;
      return asked;
    };
    await world.write('pki/config/crl', { disable: true });
    await expect(revoke()).rejects.toMatchObject(refused('lists of revoked certificates are disabled'));
    await world.write('pki/config/crl', { disable: false });
    await world.ask('delete', 'pki/root');
    world.clock.advance(10 * 60_000);
    await expect(revoke()).rejects.toMatchObject(refused('CA that has signed it is not here'));
    world.clock.advance(HOUR);
    await revoke();
  });

  it('does not exclude that nothing is kept: the role is refused', async () => {
    const both = world.write('pki/roles/both', { no_store: true, generate_lease: true });
    await expect(both).rejects.toMatchObject(refused('exclude one another'));
  });
});
