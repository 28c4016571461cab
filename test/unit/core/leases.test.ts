import { beforeEach, describe, expect, test } from 'vitest';
import { type CoreWorld, expectNowhere, openCoreWorld, rest } from './support/core-world.ts';
import { LEASED_PASSWORD } from './support/fake-target.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

const APP =
  'path "database/creds/*" { capabilities = ["read"] } path "sys/leases/*" { capabilities = ["update"] }';

async function issue(token = world.root, role = 'app') {
  const { envelope } = await world.ask(token, 'read', `database/creds/${role}`);
  if (!envelope) throw new Error('nothing issued');
  return envelope;
}

const state = async (id: string) => {
  const { leases } = (await world.data(world.root, 'read', 'sys/internal/leases', { lease_id: id })) as {
    leases: { state: string }[];
  };
  return leases[0]?.state;
};

/** Runs a request while the clock moves, until it is answered. */
async function whileTimePasses<T>(asked: Promise<T>): Promise<T> {
  let over = false;
  const done = asked.finally(() => {
    over = true;
  });
  done.catch(() => {});
  for (let seconds = 0; seconds < 100 && !over; seconds += 1) {
    await rest();
    world.clock.advance(1000);
  }
  return done;
}

describe('issuing', () => {
  test('the answer carries the lease, and the record tells intent from outcome under one request id', async () => {
    const envelope = await issue();
    expect(envelope).toMatchObject({
      renewable: true,
      lease_duration: 60,
      data: { username: 'u', password: LEASED_PASSWORD },
      warnings: null,
      auth: null,
    });
    expect(envelope.lease_id).toMatch(/^database\/creds\/app\/[A-Za-z0-9]{24}$/);
    const mine = world.records.filter(({ requestId }) => requestId === envelope.request_id);
    expect(mine.map(({ outcome, changes }) => [outcome, changes.map(({ type }) => type)])).toEqual([
      ['started', ['tokens/used@1', 'leases/intended@1']],
      ['ok', ['leases/issued@1']],
    ]);
  });

  test('a pass of the scheduler at any moment takes no issue under way for an interrupted one', async () => {
    for (let moment = 0; moment < 40; moment++) {
      await issue(); // its end, a minute on, is what wakes the scheduler
      const asked = issue();
      for (let tick = 0; tick < moment; tick++) await Promise.resolve();
      world.clock.advance(60_000);
      expect((await asked).data).toMatchObject({ password: LEASED_PASSWORD });
    }
  });

  test('no record and no stored column holds the credential', async () => {
    const { lease_id } = await issue();
    expectNowhere(world.records, LEASED_PASSWORD);
    const rows = await world.vault.turn((turn) => turn.db.all('SELECT * FROM leases'));
    expect(JSON.stringify(rows)).not.toContain(LEASED_PASSWORD);
    await world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id });
    expect(world.target.tried).toEqual([LEASED_PASSWORD]);
  });

  test('what the target alone could tell is remembered for the end', async () => {
    const { lease_id } = await issue();
    const row = await world.vault.turn((turn) =>
      turn.db.get<{ data: string }>('SELECT data FROM leases WHERE id = ?', lease_id),
    );
    expect(JSON.parse(row?.data ?? '')).toEqual({ role: 'app', oid: 7 });
  });

  test('a ttl beyond the maximum is cut, and the answer warns', async () => {
    world.target.terms = { ttl: 9000, maxTtl: 600 };
    const envelope = await issue();
    expect(envelope.lease_duration).toBe(600);
    expect(envelope.warnings).toEqual([
      'TTL of "2h30m0s" exceeded the effective max_ttl of "10m0s"; TTL value is capped accordingly',
    ]);
  });

  test('the maximum of the mount cuts too', async () => {
    await world.ask(world.root, 'update', 'sys/mounts/database/tune', { max_lease_ttl: '30s' });
    expect((await issue()).lease_duration).toBe(30);
  });

  test('a lease promises no more than its token can live', async () => {
    const token = await world.tokenFor(APP, { ttl: 20, renewable: false });
    const envelope = await issue(token);
    expect(envelope).toMatchObject({ lease_duration: 20, warnings: null });
  });

  test('a token on its last use gets no credential, and the target is not touched', async () => {
    const token = await world.tokenFor(APP, { num_uses: 1 });
    expect(await world.refusal(token, 'read', 'database/creds/app')).toMatch(/token had one use left/);
    expect(world.target.alive.size).toBe(0);
    expect(await world.count('leases')).toBe(0);
    expect(await world.refusal(token, 'read', 'database/creds/app')).toMatch(/^permission-denied/);
  });

  test('when creation fails, the end is still proven', async () => {
    world.target.createFails = true;
    expect(await world.refusal(world.root, 'read', 'database/creds/app')).toBe('target-unavailable: no room');
    await rest();
    expect(world.target.ended).toHaveLength(1);
    expect(await state(world.target.ended[0] ?? '')).toBe('dead');
  });

  test.each(['token', 'client'] as const)(
    'when the %s is gone meanwhile, what was created is ended, and not before it was created',
    async (gone) => {
      const token = await world.tokenFor(APP);
      let open = () => {};
      world.target.createGate = new Promise((resolve) => {
        open = resolve;
      });
      const client = new AbortController();
      const asked = world.ask(token, 'read', 'database/creds/app', {}, client.signal);
      asked.catch(() => {});
      await rest();
      if (gone === 'token') await world.ask(world.root, 'update', 'auth/token/revoke', { token });
      else client.abort();
      await rest();
      expect(world.target.ended).toHaveLength(0);
      open();
      await expect(asked).rejects.toMatchObject({
        code: gone === 'token' ? 'permission-denied' : 'cancelled',
      });
      await rest();
      expect(world.target.alive.size).toBe(0);
      expect(world.target.ended).toHaveLength(1);
    },
  );

  test('what a crash left between intent and settle is ended at the next start', async () => {
    world.target.createGate = new Promise(() => {});
    world.ask(world.root, 'read', 'database/creds/app').catch(() => {});
    await rest();
    world.target.createGate = undefined;
    await (await world.restart()).start();
    await rest();
    expect(world.target.ended).toHaveLength(1);
    expect(await state(world.target.ended[0] ?? '')).toBe('dead');
  });
});

test('when the closing record cannot be written, nobody gets the credential and it is ended', async () => {
  let open = () => {};
  world.target.createGate = new Promise((resolve) => {
    open = resolve;
  });
  const asked = world.ask(world.root, 'read', 'database/creds/app');
  asked.catch(() => {});
  await rest();
  world.failTurns = 1;
  open();
  await expect(asked).rejects.toMatchObject({ code: 'ledger-unavailable' });
  world.clock.advance(1);
  await rest();
  expect(world.target.alive.size).toBe(0);
  expect(await state(world.target.ended[0] ?? '')).toBe('dead');
});

test('a proof that cannot be recorded is fetched again', async () => {
  const { lease_id } = await issue();
  let open = () => {};
  world.target.endGate = new Promise((resolve) => {
    open = resolve;
  });
  await world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id, sync: false });
  await rest();
  world.failTurns = 1;
  open();
  await rest();
  expect(await state(lease_id)).toBe('ending');
  world.clock.advance(1000);
  await rest();
  expect(await state(lease_id)).toBe('dead');
});

describe('a credential that needs Keywarden to die', () => {
  const bounded = (limit: string) =>
    world.tokenFor(
      `path "database/creds/*" { capabilities = ["read"] needs_keywarden_max_ttl = "${limit}" }`,
    );

  test('lives no longer than the policy allows such credentials, renewed or not', async () => {
    const token = await bounded('30s');
    expect((await issue(token)).lease_duration).toBe(60);
    world.target.terms = { promise: 'needs-keywarden' };
    const { lease_id, lease_duration } = await issue(token);
    expect(lease_duration).toBe(30);
    world.clock.advance(10_000);
    const { envelope } = await world.ask(world.root, 'update', 'sys/leases/renew', { lease_id });
    expect(envelope?.lease_duration).toBe(20);
  });

  test('is refused in words where the policy wants none, and nothing is left behind', async () => {
    const token = await bounded('0s');
    expect((await issue(token)).lease_duration).toBe(60);
    world.target.terms = { promise: 'needs-keywarden' };
    expect(await world.refusal(token, 'read', 'database/creds/app')).toContain(
      'dies only while Keywarden runs',
    );
    expect(world.target.alive.size).toBe(1);
  });

  test('the strictest of several policies counts', async () => {
    await world.ask(world.root, 'update', 'sys/policies/acl/open', {
      policy: 'path "database/creds/*" { capabilities = ["read"] }',
    });
    await world.ask(world.root, 'update', 'sys/policies/acl/strict', {
      policy: 'path "database/creds/*" { capabilities = ["read"] needs_keywarden_max_ttl = "20s" }',
    });
    const { client_token } = await world.auth(world.root, 'update', 'auth/token/create', {
      policies: ['open', 'strict'],
    });
    world.target.terms = { promise: 'needs-keywarden' };
    expect((await issue(client_token)).lease_duration).toBe(20);
  });
});

describe('ending', () => {
  test('a lease ends on time, at the target too, and the proof is kept', async () => {
    const { lease_id } = await issue();
    world.clock.advance(59_999);
    await rest();
    expect(world.target.alive.size).toBe(1);
    world.clock.advance(1);
    await rest();
    expect(world.target.alive.size).toBe(0);
    const { leases } = await world.data(world.root, 'read', 'sys/internal/leases');
    expect(leases).toMatchObject([
      {
        lease_id,
        state: 'dead',
        ended_why: 'expired',
        ended_time: '2026-01-01T00:01:00.000Z',
        proof: ['no such role', 'login refused: 28P01'],
      },
    ]);
    expect(await world.refusal(world.root, 'update', 'sys/leases/lookup', { lease_id })).toBe(
      'invalid-request: invalid lease',
    );
  });

  test('at the proof the credential is erased', async () => {
    const { lease_id } = await issue();
    expect(await world.count('vault_values')).toBe(1);
    await world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id });
    expect(await world.count('vault_values')).toBe(0);
  });

  test('revoking answers when the proof is there, and carries the same request id', async () => {
    const { lease_id } = await issue();
    const answer = await world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id });
    expect(answer).toEqual({ status: 204, envelope: null, byToken: true });
    expect(world.target.ended).toEqual([lease_id]);
    const proof = world.records.find(({ changes }) => changes[0]?.type === 'leases/proven-dead@1');
    const ended = world.records.find(({ changes }) => changes.some(({ type }) => type === 'leases/ended@1'));
    expect(proof?.requestId).toBe(ended?.requestId);
  });

  test('revoking what is unknown or dead is done already', async () => {
    const { lease_id } = await issue();
    for (const id of ['database/creds/app/nothing', lease_id, lease_id]) {
      expect((await world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id: id })).status).toBe(204);
    }
  });

  test('without a proof it says so, shows why, and goes on trying until it is dead', async () => {
    const { lease_id } = await issue();
    world.target.down = 'connection refused';
    await expect(
      whileTimePasses(world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id })),
    ).rejects.toMatchObject({
      code: 'revocation-pending',
      message: 'failed to revoke: connection refused; will be retried',
    });
    const shown = await world.data(world.root, 'update', 'sys/leases/lookup', { lease_id });
    expect(shown).toMatchObject({ state: 'ending', reason: 'connection refused', ttl: 0, renewable: false });
    expect(shown['attempts']).toBeGreaterThan(0);
    expect(shown['next_try']).toBeTruthy();
    for (let minutes = 0; minutes < 30; minutes += 1) {
      world.clock.advance(60_000);
      await rest();
    }
    expect(await state(lease_id)).toBe('ending');
    const failures = world.records.filter(({ changes }) => changes[0]?.type === 'leases/end-failed@1');
    expect(failures.length).toBeLessThan(35);
    world.target.down = undefined;
    world.clock.advance(60_000);
    await rest();
    expect(await state(lease_id)).toBe('dead');
  });

  test('asking again tries at once, whatever the back-off says', async () => {
    const { lease_id } = await issue();
    world.target.down = 'connection refused';
    const ask = () => world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id });
    await expect(whileTimePasses(ask())).rejects.toThrow();
    for (let minutes = 0; minutes < 10; minutes += 1) {
      world.clock.advance(60_000);
      await rest();
    }
    world.target.down = undefined;
    expect((await ask()).status).toBe(204);
  });

  test('sync=false does not wait', async () => {
    const { lease_id } = await issue();
    world.target.down = 'connection refused';
    const answer = await world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id, sync: 'false' });
    expect(answer.status).toBe(202);
  });

  test('revoking a token never waits for targets; its leases and those of its children are over at once', async () => {
    const token = await world.tokenFor(`${APP} path "auth/token/create" { capabilities = ["update"] }`);
    const child = (await world.auth(token, 'update', 'auth/token/create')).client_token;
    const mine = await issue(token);
    const theirs = await issue(child);
    world.target.down = 'connection refused';
    expect((await world.ask(token, 'update', 'auth/token/revoke-self')).status).toBe(204);
    expect([await state(mine.lease_id), await state(theirs.lease_id)]).toEqual(['ending', 'ending']);
    world.target.down = undefined;
    world.clock.advance(60_000);
    await rest();
    expect(world.target.alive.size).toBe(0);
  });

  test('a prefix ends all below it and nothing beside it, and needs sudo', async () => {
    for (const role of ['app', 'app', 'apple']) await issue(world.root, role);
    const plain = await world.tokenFor('path "sys/leases/*" { capabilities = ["update"] }');
    expect(await world.refusal(plain, 'update', 'sys/leases/revoke-prefix/database/creds/app')).toMatch(
      /^policy-denied/,
    );
    await world.ask(world.root, 'update', 'sys/leases/revoke-prefix/database/creds/app');
    expect(world.target.ended).toHaveLength(2);
    expect(world.target.alive.size).toBe(1);
  });

  test('a prefix of a login ends the tokens that it gave and what they hold, but no root token', async () => {
    const reads = 'path "database/creds/app" { capabilities = ["read"] }';
    await world.ask(world.root, 'update', 'sys/policies/acl/reads', { policy: reads });
    await world.ask(world.root, 'update', 'sys/auth/userpass', { type: 'userpass' });
    const login = async (user: string) => {
      await world.ask(world.root, 'update', `auth/userpass/users/${user}`, {
        password: 'pw',
        policies: 'reads',
      });
      return (await world.auth('', 'update', `auth/userpass/login/${user}`, { password: 'pw' })).client_token;
    };
    const [bob, bobby] = [await login('bob'), await login('bobby')];
    await issue(bob);
    const prefix = { scope: 'prefix', name: 'auth/userpass/login/bob' };
    const rehearsed = await world.data(world.root, 'update', 'sys/revocations/rehearse', prefix);
    expect([rehearsed['tokens'], rehearsed['leases']]).toMatchObject([{ length: 1 }, { length: 1 }]);
    await world.ask(world.root, 'update', `sys/leases/revoke-prefix/${prefix.name}`);
    await rest();
    expect(world.target.alive.size).toBe(0);
    expect(await world.refusal(bob, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
    await world.ask(bobby, 'read', 'auth/token/lookup-self');
    await world.ask(world.root, 'update', 'sys/leases/revoke-force/auth');
    expect(await world.refusal(bobby, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
    await world.ask(world.root, 'read', 'auth/token/lookup-self');
  });

  test('leases are counted by mount, those apart that are tried in vain or given up', async () => {
    await issue();
    const { lease_id } = await issue();
    world.target.down = 'gone for ever';
    await whileTimePasses(world.ask(world.root, 'update', `sys/leases/revoke-force/${lease_id}`));
    const counted = (data = {}) => world.data(world.root, 'read', 'sys/leases/count', data);
    expect(await counted()).toEqual({ counts: { 'database/': 2 }, lease_count: 2 });
    expect(await counted({ type: 'irrevocable' })).toEqual({ counts: { 'database/': 1 }, lease_count: 1 });
    expect((await world.ask(world.root, 'update', 'sys/leases/tidy')).status).toBe(202);
  });

  test('revoke-force ends the waiting: the lease is abandoned, listed and recorded', async () => {
    const { lease_id } = await issue();
    world.target.down = 'gone for ever';
    const answer = await whileTimePasses(
      world.ask(world.root, 'update', 'sys/leases/revoke-force/database/creds/app'),
    );
    expect(answer.status).toBe(204);
    expect(await state(lease_id)).toBe('abandoned');
    expect(await world.data(world.root, 'list', 'sys/leases/lookup/database/creds/app')).toEqual({
      keys: [lease_id.slice('database/creds/app/'.length)],
    });
    expect(world.records.at(-3)?.changes.map(({ type }) => type)).toEqual(['leases/abandoned@1']);
  });

  test('revoke-force waits for nothing when it is told that the target is gone', async () => {
    const { lease_id } = await issue();
    world.target.down = 'gone for ever';
    const before = world.clock.now();
    const forced = world.ask(world.root, 'update', 'sys/leases/revoke-force/database/creds/app', {
      sync: false,
    });
    for (let step = 0; step < 50; step += 1) {
      await rest();
      world.clock.advance(1);
    }
    expect((await forced).status).toBe(204);
    expect(world.clock.now() - before).toBeLessThan(1000);
    expect(await state(lease_id)).toBe('abandoned');
  });

  test('four ends at a time for one target, and targets do not wait for one another', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 10; count += 1) ids.push((await issue()).lease_id);
    const other = (await issue(world.root, 'other')).lease_id;
    let open = () => {};
    world.target.endGate = new Promise((resolve) => {
      open = resolve;
    });
    const all = world.ask(world.root, 'update', 'sys/leases/revoke-prefix/database/creds');
    await rest();
    expect(world.target.endsRunning).toBe(5);
    open();
    await all;
    expect(world.target.endsRunningMost).toBe(5);
    expect(new Set(world.target.ended)).toEqual(new Set([...ids, other]));
  });

  test('proven deaths are forgotten after a day', async () => {
    const { lease_id } = await issue();
    await world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id });
    world.clock.advance(24 * 3_600_000 - 1);
    await rest();
    expect(await world.count('leases')).toBe(1);
    world.clock.advance(60_000);
    await rest();
    expect(await world.count('leases')).toBe(0);
  });
});

describe('renewing', () => {
  const renew = (lease_id: string, increment?: string) =>
    world.ask(world.root, 'update', 'sys/leases/renew', { lease_id, increment });

  test('the new deadline counts from now and reaches the target first', async () => {
    const { lease_id } = await issue();
    world.clock.advance(50_000);
    const { envelope } = await renew(lease_id, '2m');
    expect(envelope).toMatchObject({ lease_id, renewable: true, lease_duration: 120, data: null });
    expect([...world.target.alive.values()]).toEqual([world.clock.now() + 120_000]);
    world.clock.advance(119_000);
    await rest();
    expect(await state(lease_id)).toBe('active');
    world.clock.advance(1000);
    await rest();
    expect(await state(lease_id)).toBe('dead');
  });

  test('the maximum counts from the issue', async () => {
    const { lease_id } = await issue();
    world.clock.advance(50_000);
    const { envelope } = await renew(lease_id, '1h');
    expect(envelope?.lease_duration).toBe(550);
    expect(envelope?.warnings).toHaveLength(1);
  });

  test('a target that cannot be told keeps the old deadline', async () => {
    const { lease_id } = await issue();
    world.target.down = 'connection refused';
    await expect(renew(lease_id, '2m')).rejects.toMatchObject({ code: 'target-unavailable' });
    world.target.down = undefined;
    world.clock.advance(60_000);
    await rest();
    expect(await state(lease_id)).toBe('dead');
  });

  test('what is over cannot be renewed', async () => {
    const { lease_id } = await issue();
    await world.ask(world.root, 'update', 'sys/leases/revoke', { lease_id });
    for (const id of [lease_id, 'nothing']) {
      await expect(renew(id)).rejects.toMatchObject({ code: 'invalid-request', message: 'lease not found' });
    }
  });
});

test('everything overdue is ended in the state before anything is served', async () => {
  const { lease_id } = await issue();
  const token = await world.tokenFor(APP, { ttl: 30 });
  const theirs = await issue(token, 'theirs');
  await world.core.stop();
  world.clock.advance(3_600_000);
  world.target.down = 'connection refused';
  await world.restart();
  const { leases } = (await world.data(world.root, 'read', 'sys/internal/leases')) as {
    leases: { lease_id: string; state: string }[];
  };
  expect(Object.fromEntries(leases.map((lease) => [lease.lease_id, lease.state]))).toEqual({
    [lease_id]: 'ending',
    [theirs.lease_id]: 'ending',
  });
  world.target.down = undefined;
  world.clock.advance(60_000);
  await rest();
  expect(world.target.alive.size).toBe(0);
});

test('leases are listed by the next part of their path', async () => {
  const one = await issue();
  await issue(world.root, 'other');
  const list = (path: string) => world.data(world.root, 'list', path);
  expect(await list('sys/leases/lookup')).toEqual({ keys: ['database/'] });
  expect(await list('sys/leases/lookup/database/creds/')).toEqual({ keys: ['app/', 'other/'] });
  expect(await list('sys/leases/lookup/database/creds/app')).toEqual({ keys: [one.lease_id.slice(-24)] });
  expect(await world.refusal(world.root, 'list', 'sys/leases/lookup/secret')).toMatch(/^not-found/);
});

test('unmounting ends what the mount has issued, and waits for the proofs', async () => {
  await issue();
  world.target.down = 'connection refused';
  await expect(whileTimePasses(world.ask(world.root, 'delete', 'sys/mounts/database'))).rejects.toMatchObject(
    {
      code: 'revocation-pending',
    },
  );
  world.target.down = undefined;
  await issue();
  expect((await world.ask(world.root, 'delete', 'sys/mounts/database')).status).toBe(204);
  expect(world.target.alive.size).toBe(0);
  expect(await world.refusal(world.root, 'read', 'database/creds/app')).toMatch(/^no-route/);
});
