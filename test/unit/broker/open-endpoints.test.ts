import { describe, expect, test } from 'vitest';
import { openDoor } from './door.ts';

const uninitialised = { status: () => ({ initialized: false, vaultId: undefined }) };

describe('sys/health', () => {
  test.each([
    ['active', '', 200],
    ['active, told otherwise', '?activecode=299&standbyok=true', 299],
    ['sealed', '', 503],
    ['sealed, told otherwise', '?sealedcode=200', 200],
    ['uninitialised', '', 501],
    ['uninitialised, told otherwise', '?uninitcode=200', 200],
    ['active, told no status', '?activecode=abc', 400],
    ['active, told a status that HTTP has not', '?activecode=999', 400],
  ])('of a broker that is %s%s answers %i, to GET and to HEAD', async (state, query, status) => {
    const sealed = !state.startsWith('active');
    const door = await openDoor(
      sealed ? 'sealed' : undefined,
      state.startsWith('uninit') ? uninitialised : {},
    );
    const got = await door.ask({ path: `/v1/sys/health${query}` });
    const head = await door.ask({ method: 'HEAD', path: `/v1/sys/health${query}` });
    await door.broker.close();
    expect([got.status, head.status, head.text]).toEqual([status, status, '']);
    if (status === 400) return;
    expect(got.json).toEqual({
      initialized: !state.startsWith('uninit'),
      sealed,
      standby: sealed,
      performance_standby: false,
      replication_performance_mode: sealed ? 'unknown' : 'disabled',
      replication_dr_mode: sealed ? 'unknown' : 'disabled',
      server_time_utc: 1_700_000_000,
      version: '1.15.6',
      ...(!sealed && { cluster_name: 'keywarden', cluster_id: 'vault-1' }),
    });
  });
});

describe('what anyone may ask, sealed or not, without an envelope', () => {
  test.each<[string, string, number, object]>([
    [
      'GET',
      'sys/seal-status',
      200,
      { type: 'shamir', initialized: true, t: 1, n: 1, progress: 0, build_date: expect.any(String) },
    ],
    ['GET', 'sys/leader', 200, { ha_enabled: false, is_self: false, leader_address: '' }],
    ['GET', 'sys/init', 200, { initialized: true }],
    ['PUT', 'sys/init', 400, { errors: ['Vault is already initialized'] }],
    ['POST', 'sys/init', 400, { errors: ['Vault is already initialized'] }],
    ['POST', 'sys/health', 405, { errors: ['unsupported operation'] }],
    ['DELETE', 'sys/seal-status', 405, { errors: ['unsupported operation'] }],
  ])('%s %s', async (method, path, status, body) => {
    for (const core of ['sealed', undefined] as const) {
      const door = await openDoor(core);
      const reply = await door.ask({ method, path: `/v1/${path}` });
      await door.broker.close();
      expect(reply.status).toBe(status);
      expect(reply.json).toMatchObject(body);
      if (path === 'sys/seal-status' && status === 200) expect(reply.json['sealed']).toBe(core === 'sealed');
      expect(reply.headers['content-type']).toBe('application/json');
      expect(door.asked).toEqual([]);
    }
  });
});
