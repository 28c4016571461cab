import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyLedger } from '../../electron/vault/verify-ledger.ts';
import type {
  Ask as ConformanceAsk,
  DynamicTarget,
  StartedTarget,
} from '../integration/conformance/dynamic-target.ts';
import { mariadbTarget } from '../integration/conformance/targets/mariadb.ts';
import { postgresTarget } from '../integration/conformance/targets/postgres.ts';
import { rabbitmqTarget } from '../integration/conformance/targets/rabbitmq.ts';
import { redisTarget } from '../integration/conformance/targets/redis.ts';
import { makeKwHome } from '../support/kw.ts';
import { serverSuite } from '../support/server-suite.ts';
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

/** PostgreSQL gets all the rounds: it alone can tell what is whose, and has the most steps to be killed at. */
const FEWER_ROUNDS = Math.max(2, Math.ceil(ROUNDS / 20));

let kw: Bundle;
beforeAll(async () => {
  kw = await bundle('electron/cli/kw.ts', { quickKeys: true });
});
afterAll(() => kw?.remove());

surviveKills(postgresTarget, ROUNDS);
serverSuite('mariadbd', 'MariaDB', () => surviveKills(mariadbTarget, FEWER_ROUNDS));
serverSuite('redis-server', 'Redis', () => surviveKills(redisTarget, FEWER_ROUNDS));
serverSuite('rabbitmq-server', 'RabbitMQ', () => surviveKills(rabbitmqTarget, FEWER_ROUNDS));

function surviveKills(target: DynamicTarget, rounds: number): void {
  it(
    `kill -9 of a broker that issues and revokes on ${target.name} leaves no user without a living keycard and no dead keycard whose login works, ${rounds} times at random moments`,
    async () => {
      const server = await target.start();
      const creds = target.credsPath;
      const home = makeKwHome(kw.script);
      const figures = { issued: 0, revoked: 0, interrupted: 0, doors: 0 };
      try {
        const directory = join(home.folder, 'vault');
        const vault = ['--vault', directory, '--passphrase-file', home.file('passphrase', `${PASSPHRASE}\n`)];
        const made = await home.kw(['init', ...vault, '--json']);
        const token = String(JSON.parse(made.stdout).root_token);
        let told: Told[] = [];
        const known = new Set<string>();
        for (let round = 0; round <= rounds; round++) {
          const served = await home.serve([...vault, '--listen', '127.0.0.1:0']);
          const ask = asker(served.address, token);
          if (round === 0) await server.configure(strictly(ask), server.port);
          const leases = await settled(ask, told);
          for (const { username } of told) known.add(username);
          await expectTrue(server, told, leases);
          figures.doors += await expectShut(target, server, told, leases);
          if (round === rounds) {
            figures.interrupted = (await list(ask, '')).filter(({ username }) => !known.has(username)).length;
            await served.end();
            break;
          }
          // Everything ends here now and then, so that a thousand rounds do not leave thousands of roles.
          if (round % 10 === 9) await ask('PUT', `sys/leases/revoke-prefix/${creds}`, {});
          told = [];
          let killed = false;
          const enough = countdown(Math.floor(Math.random() * MOST_ANSWERS));
          const clients = Array.from({ length: CLIENTS }, async () => {
            while (!killed) await comeAndGo(ask, creds, told, enough.count);
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
          `keycards on ${target.name}: ${rounds} kills, ${figures.issued} issued, ${figures.revoked} revoked and proven, ` +
            `${figures.interrupted} keycards that nobody was told of were ended, ${figures.doors} doors tried; ` +
            '0 users without a keycard, 0 dead keycards that log in\n',
        );
      } finally {
        await home.remove();
        await server.close();
      }
    },
    120_000 + rounds * 15_000,
  );
}

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

/** The same for calls that must succeed, by operation. */
function strictly(ask: Ask): ConformanceAsk {
  return async (operation, path, data) => {
    const answer = await ask(operation === 'read' ? 'GET' : 'POST', path, data);
    expect(answer?.status, JSON.stringify(answer?.body)).toBeLessThan(300);
    return answer?.body;
  };
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
async function comeAndGo(ask: Ask, creds: string, told: Told[], answered: () => void): Promise<void> {
  const issued = await ask('GET', creds);
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

/** The server has exactly the users of the living keycards, and what was acknowledged as revoked is dead. */
async function expectTrue(
  server: StartedTarget,
  told: readonly Told[],
  leases: ReadonlyMap<string, Lease>,
): Promise<void> {
  const users = await server.users();
  const living = [...leases.values()]
    .filter(({ state }) => state === 'active')
    .map(({ username }) => username);
  expect([...users].sort()).toEqual(living.sort());
  for (const { lease, revoked } of told) {
    const state = leases.get(lease)?.state;
    expect(['active', 'dead'], lease).toContain(state);
    if (revoked) expect(state, lease).toBe('dead');
  }
}

/** Tries every door of this round: open while the keycard lives, shut when it is dead. */
async function expectShut(
  target: DynamicTarget,
  server: StartedTarget,
  told: readonly Told[],
  leases: ReadonlyMap<string, Lease>,
): Promise<number> {
  for (const { lease, username, password } of told) {
    const door = await server.login(username, password).then(
      async (session) => {
        await session.close();
        return 'open';
      },
      (error: { code?: unknown; message?: unknown }) => {
        const said = `${error.code} ${error.message}`;
        return target.refusal.test(said) ? 'shut' : said;
      },
    );
    expect(door, lease).toBe(leases.get(lease)?.state === 'active' ? 'open' : 'shut');
  }
  return told.length;
}
