/**
 * What issuing, revoking and expiring database users through the broker costs, beside the bare statements on the same
 * server in the same run. `-- --leases 10000` makes that many due at once.
 */
import { startPostgres } from '../support/postgres.ts';
import { bareUsers } from './support/bare-users.ts';
import { asker, type Figures, measure, median, placeOf } from './support/load.ts';
import { measureEach, shareOf } from './support/measure-each.ts';
import { printFigures } from './support/print-figures.ts';
import { startThrowAwayBroker } from './support/throw-away-broker.ts';

const ROUNDS = 5;
const MILLISECONDS = 1_500;
const LANES = 4;
const REVOKED = 400;
const DUE_AT_ONCE = countFrom(process.argv, 1_000);

const postgres = await startPostgres();
const broker = await startThrowAwayBroker();
try {
  await postgres.query('CREATE ROLE readers NOLOGIN');
  await broker.call('POST', 'database/config/bench', {
    plugin_name: 'postgresql-database-plugin',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
    username: postgres.user,
    password: postgres.password,
    allowed_roles: ['reader', 'due'],
  });
  for (const role of ['reader', 'due']) {
    await broker.call('POST', `database/roles/${role}`, {
      db_name: 'bench',
      creation_statements: [
        `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE readers;`,
      ],
      default_ttl: '1h',
      max_ttl: '2h',
    });
  }
  const bare = await bareUsers(postgres, LANES);
  await issuing(bare);
  await revoking(bare);
  await revokingAHundred();
  await expiring(bare);
  await bare.close();
} finally {
  await broker.stop();
  await postgres.close();
}
process.exit(0);

type Bare = Awaited<ReturnType<typeof bareUsers>>;

async function issuing(bare: Bare): Promise<void> {
  const issue = asker(placeOf(broker.address), {
    path: '/v1/database/creds/reader',
    headers: { 'X-Vault-Token': broker.rootToken },
  });
  const ours: Figures[] = [];
  const floor: Figures[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    floor.push(await measure(LANES, MILLISECONDS, bare.create));
    ours.push(await measure(LANES, MILLISECONDS, issue));
  }
  printFigures(`issuing a PostgreSQL user, ${LANES} at a time`, median(ours), median(floor));
}

/** One request each, answered with the proof. */
async function revoking(bare: Bare): Promise<void> {
  const leases = await issued('reader', REVOKED);
  while (bare.count() < REVOKED) await bare.create(0);
  const floor = await measureEach(REVOKED, LANES, (_, lane) => bare.drop(lane));
  const ours = await measureEach(REVOKED, LANES, (number) =>
    broker.call('POST', 'sys/leases/revoke', { lease_id: leases[number] }),
  );
  printFigures(`revoking one with proof, ${LANES} at a time`, ours, floor);
}

async function revokingAHundred(): Promise<void> {
  await broker.call('POST', 'sys/leases/revoke-prefix/database/creds/reader', { sync: false });
  await allDead('reader');
  await issued('reader', 100);
  const started = performance.now();
  await broker.call('POST', 'sys/leases/revoke-prefix/database/creds/reader');
  await allDead('reader');
  print('100 users revoked and proven (aim: 5 s)', `${seconds(performance.now() - started)} s`);
}

async function expiring(bare: Bare): Promise<void> {
  // Long enough to issue them all, and then they are due within one second.
  const due = Date.now() + 5_000 + DUE_AT_ONCE * 15;
  await issued('due', DUE_AT_ONCE, () => Math.ceil((due - Date.now()) / 1000));
  await until(due);
  await allDead('due');
  const dead = (await leasesIn('dead')).filter(({ path }) => path === 'database/creds/due');
  const late = dead
    .map(({ expire_time, proven_time }) => Date.parse(proven_time) - Date.parse(expire_time))
    .sort((a, b) => a - b);
  if (late.length !== DUE_AT_ONCE) throw new Error(`${late.length} of ${DUE_AT_ONCE} died`);
  const sample = Math.min(DUE_AT_ONCE, 1_000);
  while (bare.count() < sample) await bare.create(0);
  const floor = await measureEach(sample, LANES, (_, lane) => bare.end(lane));
  const needed = ((DUE_AT_ONCE * 0.99) / floor.perSecond) * 1000;
  const p99 = shareOf(late, 0.99);
  print(
    `${DUE_AT_ONCE} leases due at once: proven dead late by`,
    `p50 ${seconds(shareOf(late, 0.5))} s   p99 ${seconds(p99)} s`,
  );
  print('  floor: the bare statements for them all', `p99 ${seconds(needed)} s`);
  print('  past what the database needs (aim: 2 s)', `p99 ${seconds(p99 - needed)} s`);
}

interface ShownLease {
  readonly path: string;
  readonly expire_time: string;
  readonly proven_time: string;
}

async function leasesIn(state: string): Promise<readonly ShownLease[]> {
  const { data } = await broker.call('GET', `sys/internal/leases?state=${state}`);
  return (data as { leases: ShownLease[] }).leases;
}

async function issued(role: string, count: number, ttl?: () => number): Promise<string[]> {
  const leases: string[] = [];
  await measureEach(count, LANES, async () => {
    const query = ttl ? `?ttl=${ttl()}` : '';
    const answer = await broker.call('GET', `database/creds/${role}${query}`);
    leases.push(String(answer['lease_id']));
  });
  return leases;
}

/** Waits for the proofs by asking the server itself, which knows whom it still has. */
async function allDead(role: string): Promise<void> {
  for (;;) {
    const [row] = await postgres.query<{ left: number }>(
      `SELECT count(*)::int AS left, pg_sleep(0.02) FROM pg_roles WHERE rolname LIKE 'v-%-${role}-%'`,
    );
    if (row?.left === 0) break;
  }
  // The last proofs follow the last DROP ROLE.
  for (;;) if ((await leasesIn('ending')).length === 0) return;
}

async function until(instant: number): Promise<void> {
  await postgres.query('SELECT pg_sleep($1)', [Math.max(0, instant - Date.now()) / 1000]);
}

function print(what: string, figures: string): void {
  process.stdout.write(`${what.padEnd(48)} ${figures}\n`);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}

function countFrom(args: readonly string[], usual: number): number {
  const at = args.indexOf('--leases');
  const wanted = at < 0 ? usual : Number(args[at + 1]);
  if (!Number.isInteger(wanted) || wanted < 1) throw new Error('--leases takes a number');
  return wanted;
}
