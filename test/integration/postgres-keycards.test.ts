import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IssueDecision } from '../../electron/core/decision.ts';
import type { Engine } from '../../electron/core/engine.ts';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import type { Envelope } from '../../shared/model/envelope.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { openMemoryCore } from '../support/memory-core.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let clock: ManualClock;
let opened: Awaited<ReturnType<typeof openMemoryCore>>;
let core: ReturnType<typeof opened.start>;

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.query('CREATE ROLE app_readers NOLOGIN');
  clock = manualClock();
  opened = await openMemoryCore([databaseEngine], clock);
  core = opened.start();
  await core.ask('update', 'database/config/main', {
    plugin_name: 'postgresql-database-plugin',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
    username: postgres.user,
    password: postgres.password,
    allowed_roles: ['app'],
  });
  await core.ask('update', 'database/roles/app', {
    db_name: 'main',
    group_role: 'app_readers',
    default_ttl: '1h',
    max_ttl: '24h',
  });
});
afterAll(async () => {
  await core?.stop();
  await postgres?.close();
});

/** A keycard as a client gets it. */
async function issue(data: Record<string, unknown> = {}) {
  const envelope = (await core.ask('read', 'database/creds/app', data)).envelope as Envelope;
  const { username, password } = envelope.data as { username: string; password: string };
  return { lease: envelope.lease_id, duration: envelope.lease_duration, username, password };
}

async function users(): Promise<string[]> {
  const rows = await postgres.query<{ name: string }>(
    "SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'v-%' ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

/** Waits for something to become so; every look asks the server, so this does not spin. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if (await holds()) return;
    await postgres.query('SELECT pg_sleep(0.02)').catch(() => {});
  }
  throw new Error('still not so');
}

it('a keycard opens the door until it is revoked, and its death is proven before the answer', async () => {
  const { lease, username, password, duration } = await issue();
  expect(duration).toBe(3600);
  await (await postgres.login(username, password)).end();
  expect(await core.ask('update', 'sys/leases/revoke', { lease_id: lease })).toMatchObject({ status: 204 });
  await expect(postgres.login(username, password)).rejects.toMatchObject({ code: '28P01' });
  expect(await users()).toEqual([]);
});

it('a keycard may be asked for a shorter life, never for a longer one than the role allows', async () => {
  const short = await issue({ ttl: '60' });
  expect(short.duration).toBe(60);
  const long = await issue({ ttl: '90d' });
  expect(long.duration).toBe(86_400);
  for (const { lease } of [short, long]) await core.ask('update', 'sys/leases/revoke', { lease_id: lease });
});

it('a keycard ends at its deadline without anybody asking', async () => {
  const { username } = await issue({ ttl: '60' });
  expect(await users()).toEqual([username]);
  clock.advance(61_000);
  await until(async () => (await users()).length === 0);
});

it('renewing moves the deadline in the database', async () => {
  const { lease, username } = await issue({ ttl: '60' });
  await core.ask('update', 'sys/leases/renew', { lease_id: lease, increment: 7200 });
  const [row] = await postgres.query<{ left: number }>(
    'SELECT extract(epoch FROM rolvaliduntil - now())::float8 AS left FROM pg_roles WHERE rolname = $1',
    [username],
  );
  expect(row?.left).toBeGreaterThan(7190);
  await core.ask('update', 'sys/leases/revoke', { lease_id: lease });
});

it('with the server down a revoke says that it is not done, and it is done once the server is back', async () => {
  const { lease } = await issue();
  await postgres.stop();
  const revoked = core.ask('update', 'sys/leases/revoke', { lease_id: lease });
  const refused = expect(revoked).rejects.toMatchObject({
    code: 'revocation-pending',
    message: expect.stringContaining('nothing answers at that address'),
  });
  const told = revoked.then(
    () => true,
    () => true,
  );
  // The five seconds that a revoke waits for its proof.
  let answered = false;
  void told.then(() => {
    answered = true;
  });
  await until(async () => {
    clock.advance(1000);
    return answered;
  });
  await refused;
  await postgres.start();
  await until(async () => {
    clock.advance(60_000);
    return (await users()).length === 0;
  });
});

it('a user whose creation was interrupted before it was told to us is ended at the next start', async () => {
  let created = () => {};
  const isCreated = new Promise<void>((resolve) => {
    created = resolve;
  });
  await core.stop();
  const dying = opened.start([dyingAfterCreate(() => created())]);
  void dying.ask('read', 'database/creds/app').catch(() => {});
  await isCreated;
  expect(await users()).toHaveLength(1);
  await dying.stop();

  core = opened.start();
  await core.start();
  await until(async () => (await users()).length === 0);
});

/** The engine as a process that dies between the database's COMMIT and the closing turn would leave it. */
function dyingAfterCreate(created: () => void): Engine {
  return {
    ...databaseEngine,
    routes: databaseEngine.routes.map((route) => {
      const read = route.operations.read;
      if (!route.pattern.startsWith('creds/') || !read) return route;
      const decide: typeof read.decide = (turn, input, prepared) => {
        const decision = read.decide(turn, input, prepared) as IssueDecision;
        return {
          ...decision,
          async create(lease, signal) {
            await decision.create(lease, signal);
            created();
            return new Promise(() => {});
          },
        };
      };
      return { ...route, operations: { read: { ...read, decide } } };
    }),
  };
}
