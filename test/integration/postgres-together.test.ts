import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Issued as Made } from '../../electron/core/decision.ts';
import { openDatabaseBench } from '../support/database-bench.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { installedPostgres } from '../support/postgres-binaries.ts';

type Intended = Awaited<ReturnType<Awaited<ReturnType<typeof openDatabaseBench>>['intend']>>;

const never = () => new AbortController().signal;
const MANY = 12;

describe.each(installedPostgres())(
  'users that are asked for at the same moment, PostgreSQL $name',
  ({ folder }) => {
    let postgres: TestPostgres;
    let bench: Awaited<ReturnType<typeof openDatabaseBench>>;

    beforeAll(async () => {
      postgres = await startPostgres(['log_statement=all'], folder);
      bench = await openDatabaseBench(postgres);
      await postgres.query(`
      CREATE ROLE maker LOGIN CREATEROLE PASSWORD '${postgres.password}';
      GRANT app_readers TO maker WITH ADMIN OPTION`);
      await bench.configure({ username: 'maker' });
    });
    afterAll(() => postgres?.close());

    async function intended(count = MANY): Promise<Intended[]> {
      const all: Intended[] = [];
      for (let number = 0; number < count; number += 1) all.push(await bench.intend());
      return all;
    }

    const create = (all: readonly Intended[], signalOf: (at: number) => AbortSignal = never) =>
      Promise.allSettled(all.map(({ lease, decision }, at) => decision.create(lease, signalOf(at))));

    /** The users that are left of them. */
    async function left(all: readonly Intended[]): Promise<readonly string[]> {
      const names = all.map(nameOf);
      const rows = await postgres.query<{ rolname: string }>(
        'SELECT rolname FROM pg_roles WHERE rolname = ANY($1)',
        [names],
      );
      return rows.map(({ rolname }) => rolname).sort();
    }

    async function end({ lease, decision }: Intended, made?: Made): Promise<void> {
      const told = { ...lease, data: { ...lease.data, ...made?.remember } };
      await bench.end({ lease: told, secret: decision.terms.secret });
    }

    /** A session that keeps the creation of one user waiting. */
    async function holdUp({ lease }: Intended) {
      const holder = await postgres.login(postgres.user, postgres.password);
      await holder.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`keywarden:${lease.nonce}`]);
      return holder;
    }

    async function whenOneWaits(): Promise<void> {
      for (;;) {
        const [row] = await postgres.query<{ waiting: boolean }>(
          `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) AS waiting, pg_sleep(0.01)`,
        );
        if (row?.waiting) return;
      }
    }

    it('share transactions, and each logs in and ends as if it had been alone', async () => {
      const all = await intended();
      const before = countOf(postgres.log(), 'statement: BEGIN');
      const results = await create(all);
      expect(countOf(postgres.log(), 'statement: BEGIN') - before).toBeLessThan(MANY / 2);
      for (const [at, result] of results.entries()) {
        if (result.status === 'rejected') throw result.reason;
        const { username, password } = result.value.data;
        const client = await postgres.login(String(username), String(password));
        await client.end();
        await end(all[at] as Intended, result.value);
      }
      expect(await left(all)).toEqual([]);
    });

    it('do not suffer from one whose name is taken, and that one says so', async () => {
      const all = await intended();
      const taken = all[7] as Intended;
      await postgres.query(`CREATE ROLE "${nameOf(taken)}"`);
      const results = await create(all);
      for (const [at, result] of results.entries()) {
        if (at === 7) {
          expect(result).toMatchObject({
            reason: { code: 'target-unavailable', message: expect.stringContaining('is not ours') },
          });
        } else if (result.status === 'rejected') throw result.reason;
        else await end(all[at] as Intended, result.value);
      }
      expect(await left(all)).toEqual([nameOf(taken)]);
      await postgres.query(`DROP ROLE "${nameOf(taken)}"`);
    });

    it('are one transaction, whatever their role writes about transactions: one that fails leaves none behind', async () => {
      const created = `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}'`;
      const grant = 'GRANT app_readers TO "{{name}}"';
      await bench.configure(
        { username: 'maker' },
        { creation_statements: [`BEGIN; ${created}; /* so that it holds */ commit work; ${grant}; END`] },
      );
      const all = await intended();
      const taken = all[7] as Intended;
      await postgres.query(`CREATE ROLE "${nameOf(taken)}"`);
      const results = await create(all);
      for (const [at, result] of results.entries()) {
        if (at === 7) expect(result.status).toBe('rejected');
        else if (result.status === 'rejected') throw result.reason;
        else await end(all[at] as Intended, result.value);
      }
      expect(await left(all)).toEqual([nameOf(taken)]);
      await postgres.query(`DROP ROLE "${nameOf(taken)}"`);

      await bench.configure(
        { username: 'maker' },
        { creation_statements: [`${created}; COMMIT; GRANT nobody_of_that_name TO "{{name}}"`] },
      );
      const failing = await intended();
      for (const { status } of await create(failing)) expect(status).toBe('rejected');
      expect(await left(failing)).toEqual([]);
      for (const one of failing) await end(one);
      await bench.configure({ username: 'maker' }, { creation_statements: [] });
    });

    it('are made although one of those who asked is gone', async () => {
      const all = await intended();
      const gone = new AbortController();
      const holder = await holdUp(all[0] as Intended);
      const creating = create(all, (at) => (at === 5 ? gone.signal : never()));
      await whenOneWaits();
      gone.abort();
      await holder.end();
      const results = await creating;
      for (const [at, result] of results.entries()) {
        if (at !== 5 && result.status === 'rejected') throw result.reason;
        // Whatever became of the one in the middle, its end is as sure as that of the others.
        await end(all[at] as Intended, result.status === 'fulfilled' ? result.value : undefined);
      }
      expect(await left(all)).toEqual([]);
    });

    it('are none where the server cuts the connection in the middle, and each is proven dead', async () => {
      const all = await intended();
      const last = all[MANY - 1] as Intended;
      const holder = await holdUp(last);
      const creating = create(all);
      await whenOneWaits();
      await postgres.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
      );
      const results = await creating;
      await holder.end();
      const failed = results.flatMap((result, at) =>
        result.status === 'rejected' ? [all[at] as Intended] : [],
      );
      expect(failed.length).toBeGreaterThan(1);
      expect(failed).toContain(last);
      expect(await left(failed)).toEqual([]);
      for (const [at, one] of all.entries()) {
        const result = results[at];
        await end(one, result?.status === 'fulfilled' ? result.value : undefined);
      }
      expect(await left(all)).toEqual([]);
    });
  },
);

function nameOf({ lease }: Intended): string {
  return String(lease.data['username']);
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}
