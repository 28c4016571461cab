import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseEngine } from '../../../electron/engines/database/database-engine.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { type ServedVault, serveMemoryVault } from '../broker-over-memory.ts';

const ROTATIONS = 20;
/** Apps that keep a session, and one that logs in for each transaction. */
const KEEPERS = 3;

let postgres: TestPostgres;
let served: ServedVault;

beforeAll(async () => {
  [postgres, served] = await Promise.all([startPostgres(), serveMemoryVault([databaseEngine])]);
  await postgres.query(`
    CREATE ROLE shop NOLOGIN;
    CREATE ROLE shop_a LOGIN IN ROLE shop;
    CREATE ROLE shop_b LOGIN IN ROLE shop;
    CREATE TABLE sold (id bigserial PRIMARY KEY, by text NOT NULL);
    CREATE TABLE stock (item int PRIMARY KEY, sold bigint NOT NULL);
    INSERT INTO stock SELECT generate_series(0, 9), 0;
    GRANT ALL ON sold, stock TO shop;
    GRANT USAGE ON SEQUENCE sold_id_seq TO shop;
  `);
  await ask('POST', 'database/config/main', {
    plugin_name: 'postgresql-database-plugin',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
    username: postgres.user,
    password: postgres.password,
    allowed_roles: ['shop'],
  });
  await ask('POST', 'database/static-roles/shop', {
    db_name: 'main',
    username: 'shop_a',
    second_username: 'shop_b',
    rotation_mode: 'two-users',
    rotation_period: '1h',
    overlap: '5m',
    overlap_quiet: '1s',
  });
});
afterAll(async () => {
  await served?.close();
  await postgres?.close();
});

interface Answer {
  readonly index: number;
  readonly data: Record<string, unknown>;
  /** Nothing has changed while it waited. */
  readonly isSame: boolean;
}

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const reply = await fetch(`${served.address}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': served.rootToken },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  const isSame = reply.status === 304;
  if (!reply.ok && !isSame) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`);
  const { data = {} } = text === '' ? {} : JSON.parse(text);
  return { index: Number(reply.headers.get('x-keywarden-index')), data, isSame };
}

/** An app's credential, kept current by a read that waits. */
async function watchCredential() {
  const read = (index: number) => ask('GET', `database/static-creds/shop?index=${index}&wait=5s`);
  let { index, data } = await read(0);
  let stopped = false;
  const changes: string[] = [];
  const watching = (async () => {
    while (!stopped) {
      const next = await read(index);
      index = next.index;
      if (next.isSame) continue;
      if (next.data['password'] !== data['password']) changes.push(String(next.data['username']));
      data = next.data;
    }
  })();
  return {
    now: () => ({ user: String(data['username']), password: String(data['password']) }),
    changes,
    async stop() {
      stopped = true;
      await watching;
    },
  };
}

async function transact(client: pg.Client, item: number): Promise<void> {
  await client.query('BEGIN');
  await client.query('INSERT INTO sold (by) VALUES (session_user)');
  await client.query('UPDATE stock SET sold = sold + 1 WHERE item = $1', [item]);
  await client.query('COMMIT');
}

test(`${ROTATIONS} rotations of two users that take turns fail no transaction of running apps`, async () => {
  const credential = await watchCredential();
  const failures: string[] = [];
  let done = 0;
  let running = true;

  const login = async () => {
    const { user, password } = credential.now();
    const client = new pg.Client({
      host: '127.0.0.1',
      port: postgres.port,
      database: 'postgres',
      user,
      password,
    });
    client.on('error', (error) => failures.push(`session of ${user}: ${error.message}`));
    await client.connect();
    return { client, password };
  };
  const app = async (item: number, keeps: boolean) => {
    let session: Awaited<ReturnType<typeof login>> | undefined;
    while (running) {
      try {
        // Between two transactions an app takes the new credential.
        if (session && (!keeps || session.password !== credential.now().password)) {
          await session.client.end();
          session = undefined;
        }
        session ??= await login();
        await transact(session.client, item);
        done += 1;
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        session = undefined;
      }
      await pause(5);
    }
    await session?.client.end();
  };
  const apps = [...Array.from({ length: KEEPERS }, (_unused, item) => app(item, true)), app(KEEPERS, false)];

  const { data: listed } = await ask('LIST', 'sys/rotations');
  const [id] = listed['keys'] as string[];
  const doneBetween: number[] = [];
  for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
    const before = done;
    await ask('POST', 'database/rotate-role/shop');
    for (;;) {
      const { data } = await ask('GET', `sys/rotations/${id}`);
      if (data['state'] === 'idle') break;
      await pause(50);
    }
    doneBetween.push(done - before);
  }
  running = false;
  await Promise.all(apps);
  await credential.stop();

  expect(failures).toEqual([]);
  expect(Math.min(...doneBetween)).toBeGreaterThan(0);
  expect(credential.changes.length).toBe(ROTATIONS);
  const [sold] = await postgres.query<{ n: number; users: number }>(
    'SELECT count(*)::int AS n, count(DISTINCT by)::int AS users FROM sold',
  );
  expect(sold).toEqual({ n: done, users: 2 });
  // Every former password was retired because no session of it was seen, none at its deadline.
  const { data: row } = await ask('GET', `sys/rotations/${id}`);
  expect(row).toMatchObject({ run: ROTATIONS + 1, last_result: 'rotated' });
  process.stdout.write(
    `      ${done} transactions through ${ROTATIONS} rotations, ${failures.length} failed\n`,
  );
}, 240_000);
