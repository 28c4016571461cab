import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { type KillableVault, openKillableVault } from './killable-vault.ts';

const HOOK = join(import.meta.dirname, 'lock-hook.mjs');
const folder = mkdtempSync(join(tmpdir(), 'keywarden-killed-'));
let vault: KillableVault;
let postgres: TestPostgres;

beforeAll(async () => {
  [vault, postgres] = await Promise.all([openKillableVault(), startPostgres()]);
  await postgres.query("CREATE ROLE broker LOGIN SUPERUSER PASSWORD 'brokers-first'");
  for (const name of ['single', 'turn_a', 'turn_b']) await postgres.query(`CREATE ROLE ${name} LOGIN`);
  await vault.ask('update', 'database/config/main', {
    plugin_name: 'postgresql-database-plugin',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
    username: 'broker',
    password: 'brokers-first',
    allowed_roles: ['*'],
  });
  const role = { db_name: 'main', rotation_period: '1d' };
  await vault.ask('update', 'database/static-roles/single', { ...role, username: 'single' });
  await vault.ask('update', 'database/static-roles/turns', {
    ...role,
    username: 'turn_a',
    second_username: 'turn_b',
    rotation_mode: 'two-users',
    overlap_quiet: '1s',
    overlap: '2s',
  });
  await vault.ask('update', 'secret/rotation/generated', {});
  for (const how of ['one', 'two']) {
    await vault.ask('update', `secret/rotation-hooks/${how}`, {
      program: process.execPath,
      args: [HOOK, join(folder, how), how],
      allowed_secrets: '*',
    });
    const overlap = how === 'two' ? { overlap: '1s' } : {};
    await vault.ask('update', `secret/rotation/${how}`, { kind: 'hook', hook: how, ...overlap });
  }
});
afterAll(async () => {
  await vault?.close();
  await postgres?.close();
  rmSync(folder, { recursive: true, force: true });
});

const secret = async (path: string) => {
  const { data } = await vault.ask('read', `secret/data/${path}`);
  return String((data as Record<string, unknown>)['value']);
};
const opens = (username: string, password: string) =>
  postgres.login(username, password).then(
    async (client) => {
      await client.end();
      return true;
    },
    () => false,
  );
const lock = (how: string) =>
  (JSON.parse(readFileSync(join(folder, how), 'utf8')) as { opens: string[] }).opens;

/** What is rotated, and whether what the vault gives out is what opens the door, and nothing given out before is. */
interface Rotated {
  readonly name: string;
  readonly rotate: string;
  /** All that is valid at the target, of what the vault gives out now and has given out before. */
  look(): Promise<{ readonly current: string; readonly valid: readonly string[] }>;
}

const given = new Set<string>();
async function creds(role: string, accounts: readonly string[]) {
  const { username, password } = await vault.ask('read', `database/static-creds/${role}`);
  const current = `${String(username)} ${String(password)}`;
  given.add(current);
  const valid: string[] = [];
  for (const pair of given) {
    const [name = '', secretOf = ''] = pair.split(' ');
    if (accounts.includes(name) && (await opens(name, secretOf))) valid.push(pair);
  }
  return { current, valid };
}

const CASES: readonly Rotated[] = [
  {
    name: 'a generated secret',
    rotate: 'secret/rotate/generated',
    async look() {
      const current = await secret('generated');
      return { current, valid: [current] };
    },
  },
  {
    name: 'a hook whose target takes one value',
    rotate: 'secret/rotate/one',
    look: async () => ({ current: await secret('one'), valid: lock('one') }),
  },
  {
    name: 'a hook whose target takes two values',
    rotate: 'secret/rotate/two',
    look: async () => ({ current: await secret('two'), valid: lock('two') }),
  },
  {
    name: 'a static role',
    rotate: 'database/rotate-role/single',
    look: () => creds('single', ['single']),
  },
  {
    name: 'a static role of two users',
    rotate: 'database/rotate-role/turns',
    look: () => creds('turns', ['turn_a', 'turn_b']),
  },
  {
    name: 'the broker’s own account',
    rotate: 'database/rotate-root/main',
    async look() {
      const { reachable } = await vault.ask('read', 'database/check/main');
      const isOld = await opens('broker', 'brokers-first');
      // The vault alone knows it: that the broker logs in is the proof.
      return { current: 'it', valid: [...(reachable === true ? ['it'] : []), ...(isOld ? ['first'] : [])] };
    },
  },
];

/** Waits until nothing is under way, the retiring of a former value included. */
const atRest = () =>
  vault.until(
    () => vault.settled(),
    (rows) => rows.every(({ state }) => state === 'idle'),
  );

describe.each(CASES)('$name, killed at every step and resumed (R2)', ({ rotate, look }) => {
  test('ends with one valid current value', async () => {
    const before = vault.records();
    await vault.ask('update', rotate);
    await atRest();
    const steps = vault.records() - before;
    expect(steps).toBeGreaterThanOrEqual(4);
    const seen = new Set([(await look()).current]);
    let deaths = 0;
    for (let record = 1; record <= steps; record += 1) {
      for (const when of ['before', 'after'] as const) {
        vault.dieAt({ record, when });
        const asked = vault.ask('update', rotate).catch(() => undefined);
        await vault.died();
        await vault.reopen();
        await asked;
        await atRest();
        const { current, valid } = await look();
        expect(valid, `${when} record ${record}`).toEqual([current]);
        seen.add(current);
        deaths += 1;
      }
    }
    expect(deaths).toBe(steps * 2);
    // Every run but the one that was never begun ended with a new value.
    if (!seen.has('it')) expect(seen.size).toBe(deaths);
  }, 240_000);
});
