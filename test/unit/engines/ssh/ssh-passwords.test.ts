import { beforeEach, describe, expect, it } from 'vitest';
import { openSshWorld, refused, type SshWorld } from './ssh-world.ts';

let world: SshWorld;
beforeEach(async () => {
  world = await openSshWorld();
});

describe('a password for one login', () => {
  const ask = (ip: string, more: Record<string, unknown> = {}) =>
    world.core.ask('update', 'ssh/creds/old', { ip, ...more });
  const verify = (otp: string) => world.core.ask('update', 'ssh/verify', { otp }, { token: 'nobody' });
  const gone = refused('OTP not found');
  const otp = {
    key_type: 'otp',
    default_user: 'ann',
    cidr_list: '10.0.0.0/8',
    exclude_cidr_list: '10.9.0.0/16',
  };
  beforeEach(() => world.write('ssh/roles/old', otp));

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
    await world.core.start();
    const revoked = (await ask('10.1.2.3')).envelope;
    await world.write('sys/leases/revoke', { lease_id: revoked?.lease_id });
    await expect(verify(String(revoked?.data?.['key']))).rejects.toMatchObject(gone);
    await world.core.stop();
    const overdue = (await ask('10.1.2.3')).envelope;
    world.clock.advance((overdue?.lease_duration ?? 0) * 1000);
    await expect(verify(String(overdue?.data?.['key']))).rejects.toMatchObject(gone);
  });

  it('is made for hosts and users of the role alone', async () => {
    for (const ip of ['11.0.0.1', '10.9.0.1', 'nonsense'])
      await expect(ask(ip)).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(ask('10.1.2.3', { username: 'root' })).rejects.toMatchObject(refused('allowed users list'));
    expect(await world.write('ssh/lookup', { ip: '10.1.2.3' })).toEqual({ roles: ['old'] });
    expect(await world.write('ssh/lookup', { ip: '10.9.2.3' })).toEqual({ roles: [] });
  });

  it('has a role of its own kind, which another of the same name replaces', async () => {
    expect(await world.read('ssh/roles/old')).toMatchObject({ ...otp, port: 22 });
    await world.role({ allowed_users: '*' }, 'old');
    expect(await world.read('ssh/roles/old')).toMatchObject({ key_type: 'ca' });
    await expect(ask('10.1.2.3')).rejects.toMatchObject({ code: 'unknown-role' });
    await world.write('ssh/roles/old', otp);
    expect((await world.core.ask('list', 'ssh/roles')).envelope?.data).toEqual({
      keys: ['old'],
      key_info: { old: { key_type: 'otp' } },
    });
    await world.core.ask('delete', 'ssh/roles/old');
    await expect(world.read('ssh/roles/old')).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      world.write('ssh/roles/old', { key_type: 'otp', default_user: 'ann' }),
    ).rejects.toMatchObject(refused('cidr_list'));
  });
});
