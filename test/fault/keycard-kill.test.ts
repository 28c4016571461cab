import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../electron/vault/verify-ledger.ts';
import { makeKwHome } from '../support/kw.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { QUICK_KDF } from '../unit/vault/quick-kdf.ts';
import { type Bundle, bundle } from './bundle.ts';

const ROUNDS = Number(process.env['KEYWARDEN_FAULT_ROUNDS'] ?? 4);
const CLIENTS = 6;
/** A broker is killed after so many answers at most, and then so many milliseconds later at most. */
const MOST_ANSWERS = 30;
const LONGEST_AFTER = 20;
/** How long everything that a kill left may take to be settled. */
const SETTLED_WITHIN = 30_000;
const PASSPHRASE = 'a passphrase for a crash alone';
/** The broker's own account: it may make roles, and is no superuser. */
const BROKER = { name: 'broker', password: 'password-of-the-broker' };

/** What a client was told of one credential. */
interface Told {
  readonly lease: string;
  readonly username: string;
  readonly password: string;
  revoked: boolean;
}

interface Lease {
  readonly state: string;
  readonly username: string;
}

let kw: Bundle;
let postgres: TestPostgres;
beforeAll(async () => {
  [kw, postgres] = await Promise.all([bundle('electron/cli/kw.ts', { quickKeys: true }), startPostgres()]);
  await postgres.query(
    `CREATE ROLE ${BROKER.name} LOGIN CREATEROLE PASSWORD '${BROKER.password}'; CREATE ROLE readers NOLOGIN;
     GRANT readers TO ${BROKER.name} WITH ADMIN OPTION`,
  );
});
afterAll(async () => {
  await kw?.remove();
  await postgres?.close();
});

describe('issuing and revoking under kill -9', () => {
  it(
    `leaves no role without a living keycard and no dead keycard whose login works, ${ROUNDS} times at random moments`,
    async () => {
      const home = makeKwHome(kw.script);
      const figures = { issued: 0, revoked: 0, interrupted: 0, doors: 0 };
      try {
        const directory = join(home.folder, 'vault');
        const vault = ['--vault', directory, '--passphrase-file', home.file('passphrase', `${PASSPHRASE}\n`)];
        const made = await home.kw(['init', ...vault, '--json']);
        const token = String(JSON.parse(made.stdout).root_token);
        let told: Told[] = [];
        const known = new Set<string>();
        for (let round = 0; round <= ROUNDS; round++) {
          const served = await home.serve([...vault, '--listen', '127.0.0.1:0']);
          const ask = asker(served.address, token);
          if (round === 0) await configure(ask);
          const leases = await settled(ask, told);
          for (const { username } of told) known.add(username);
          await expectTrue(told, leases);
          figures.doors += await expectShut(told, leases);
          if (round === ROUNDS) {
            figures.interrupted = (await list(ask, '')).filter(({ username }) => !known.has(username)).length;
            await served.end();
            break;
          }
          // Everything ends here now and then, so that a thousand rounds do not leave thousands of roles.
          if (round % 10 === 9) await ask('PUT', 'sys/leases/revoke-prefix/database/creds', {});
          told = [];
          let killed = false;
          const enough = countdown(Math.floor(Math.random() * MOST_ANSWERS));
          const clients = Array.from({ length: CLIENTS }, async () => {
            while (!killed) await comeAndGo(ask, told, enough.count);
          });
          await enough.reached;
          await wait(Math.random() * LONGEST_AFTER);
          const ended = served.end('SIGKILL');
          killed = true;
          expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
          await Promise.all(clients);
          figures.issued += told.length;
          figures.revoked += told.filter(({ revoked }) => revoked).length;
        }
        const walked = await verifyLedger({ directory, passphrase: Buffer.from(PASSPHRASE), kdf: QUICK_KDF });
        expect(walked).toMatchObject({ torn: 0 });
        process.stdout.write(
          `keycards: ${ROUNDS} kills, ${figures.issued} issued, ${figures.revoked} revoked and proven, ` +
            `${figures.interrupted} keycards that nobody was told of were ended, ${figures.doors} doors tried; ` +
            '0 roles without a keycard, 0 dead keycards that log in\n',
        );
      } finally {
        await home.remove();
      }
    },
    120_000 + ROUNDS * 15_000,
  );
});

type Ask = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly body: Record<string, unknown> } | undefined>;

/** Asks the broker; what it does not answer because it was killed is undefined. */
function asker(address: string, token: string): Ask {
  return async (method, path, body) => {
    try {
      const response = await fetch(`${address}/v1/${path}`, {
        method,
        headers: { 'X-Vault-Token': token },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
    } catch {
      return undefined;
    }
  };
}

async function configure(ask: Ask): Promise<void> {
  const connection = await ask('POST', 'database/config/pg', {
    plugin_name: 'postgresql-database-plugin',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres?sslmode=disable`,
    username: BROKER.name,
    password: BROKER.password,
    allowed_roles: ['app'],
  });
  expect(connection?.status, JSON.stringify(connection?.body)).toBeLessThan(300);
  const role = await ask('POST', 'database/roles/app', {
    db_name: 'pg',
    creation_statements: [
      `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE readers`,
    ],
    default_ttl: '1h',
    max_ttl: '2h',
  });
  expect(role?.status, JSON.stringify(role?.body)).toBeLessThan(300);
}

/** Resolves after so many counts. */
function countdown(from: number) {
  let left = from;
  let resolve: () => void = () => {};
  const reached = new Promise<void>((done) => {
    resolve = done;
  });
  const count = () => {
    left -= 1;
    if (left < 0) resolve();
  };
  count();
  return { reached, count };
}

/** Takes a credential, and gives most of them back. */
async function comeAndGo(ask: Ask, told: Told[], answered: () => void): Promise<void> {
  const issued = await ask('GET', 'database/creds/app');
  answered();
  if (issued?.status !== 200) return;
  const data = issued.body['data'] as { username: string; password: string };
  const one: Told = { ...data, lease: String(issued.body['lease_id']), revoked: false };
  told.push(one);
  if (Math.random() < 0.3) return;
  const revoked = await ask('PUT', 'sys/leases/revoke', { lease_id: one.lease });
  answered();
  one.revoked = revoked?.status === 204;
}

interface Listed extends Lease {
  readonly lease_id: string;
}

async function list(ask: Ask, query: string): Promise<readonly Listed[]> {
  const listed = await ask('GET', `sys/internal/leases?${query}`);
  if (!listed) throw new Error('the broker did not answer');
  return (listed.body['data'] as { leases: readonly Listed[] }).leases;
}

/** Waits until nothing is on its way any more, and answers with the living keycards and those that we were told of. */
async function settled(ask: Ask, told: readonly Told[]): Promise<ReadonlyMap<string, Lease>> {
  const deadline = performance.now() + SETTLED_WITHIN;
  for (;;) {
    const onTheirWay = [...(await list(ask, 'state=ending')), ...(await list(ask, 'state=pending'))];
    if (onTheirWay.length === 0) break;
    if (performance.now() > deadline)
      throw new Error(`not settled: ${JSON.stringify(onTheirWay.slice(0, 3))}`);
    await wait(10);
  }
  const living = await list(ask, 'state=active');
  const mine = await Promise.all(told.map(({ lease }) => list(ask, `lease_id=${lease}`)));
  return new Map([...living, ...mine.flat()].map((lease) => [lease.lease_id, lease]));
}

/** The server has exactly the roles of the living keycards, and what was acknowledged as revoked is dead. */
async function expectTrue(told: readonly Told[], leases: ReadonlyMap<string, Lease>): Promise<void> {
  const roles = await postgres.query<{ rolname: string }>(
    `SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' AND rolcanlogin
       AND rolname NOT IN ('postgres', '${BROKER.name}')`,
  );
  const living = [...leases.values()]
    .filter(({ state }) => state === 'active')
    .map(({ username }) => username);
  expect(roles.map(({ rolname }) => rolname).sort()).toEqual(living.sort());
  for (const { lease, revoked } of told) {
    const state = leases.get(lease)?.state;
    expect(['active', 'dead'], lease).toContain(state);
    if (revoked) expect(state, lease).toBe('dead');
  }
}

/** Tries every door of this round: open while the keycard lives, shut when it is dead. */
async function expectShut(told: readonly Told[], leases: ReadonlyMap<string, Lease>): Promise<number> {
  for (const { lease, username, password } of told) {
    const door = await postgres.login(username, password).then(
      async (client) => {
        await client.end();
        return 'open';
      },
      (error: { code?: string }) => error.code,
    );
    expect(door, lease).toBe(leases.get(lease)?.state === 'active' ? 'open' : '28P01');
  }
  return told.length;
}
