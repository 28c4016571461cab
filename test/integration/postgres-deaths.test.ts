import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import type { Envelope } from '../../shared/model/envelope.ts';
import { openMemoryCore } from '../support/memory-core.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { installedPostgres } from '../support/postgres-binaries.ts';
import { troubledClock } from '../support/troubled-clock.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const BROKERS = [
  { broker: 'a superuser', user: 'postgres' },
  { broker: 'CREATEROLE alone', user: 'maker' },
] as const;

describe.each(installedPostgres())('PostgreSQL: $name', ({ folder }) => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres([], folder);
    await postgres.query('CREATE DATABASE second');
    await postgres.query(`
      CREATE ROLE app_readers NOLOGIN;
      CREATE ROLE maker LOGIN CREATEROLE PASSWORD '${postgres.password}';
      CREATE ROLE bystander LOGIN PASSWORD 'bystander';
      GRANT app_readers TO maker WITH ADMIN OPTION;
      CREATE TABLE salaries (n int);
      INSERT INTO salaries VALUES (42);
      GRANT SELECT ON salaries TO app_readers;
    `);
    for (const database of ['postgres', 'second']) {
      // What a rehearsal asks for, where keycards may make functions.
      await postgres.query(
        `GRANT CREATE ON SCHEMA public TO app_readers; GRANT CREATE ON SCHEMA public TO maker WITH GRANT OPTION`,
        [],
        database,
      );
    }
  });
  afterAll(() => postgres?.close());

  describe.each(BROKERS)('with $broker', ({ user }) => {
    const machine = troubledClock();
    let core: ReturnType<Awaited<ReturnType<typeof openMemoryCore>>['start']>;

    beforeAll(async () => {
      core = (await openMemoryCore([databaseEngine], machine.clock)).start();
      await core.ask('update', 'database/config/main', {
        plugin_name: 'postgresql-database-plugin',
        connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
        username: user,
        password: postgres.password,
        allowed_roles: ['app'],
      });
      await core.ask('update', 'database/roles/app', {
        db_name: 'main',
        group_role: 'app_readers',
        default_ttl: '1h',
      });
    });
    afterAll(() => core?.stop());

    async function issue(ttl = 3600) {
      const envelope = (await core.ask('read', 'database/creds/app', { ttl })).envelope as Envelope;
      const { username, password } = envelope.data as { username: string; password: string };
      return { lease: envelope.lease_id, username, password };
    }
    const revoke = (lease: unknown) => core.ask('update', 'sys/leases/revoke', { lease_id: lease });

    async function shown(lease: unknown) {
      const { envelope } = await core.ask('read', 'sys/internal/leases', { lease_id: lease });
      const [row] = ((envelope as Envelope).data as { leases: Record<string, unknown>[] }).leases;
      return row ?? {};
    }
    const exists = async (name: string) =>
      (await postgres.query('SELECT FROM pg_roles WHERE rolname = $1', [name])).length > 0;

    /** Lets time pass, a little at a time, until the lease is proven dead. */
    async function dies({
      lease,
      username,
      password,
    }: {
      lease: unknown;
      username: string;
      password: string;
    }) {
      for (let look = 0; look < 400; look += 1) {
        if ((await shown(lease))['state'] === 'dead') break;
        machine.pass(1000);
        await postgres.query('SELECT pg_sleep(0.02)').catch(() => {});
      }
      expect(await shown(lease)).toMatchObject({
        state: 'dead',
        proof: expect.arrayContaining(['no such role', 'no session', 'login refused: 28P01']),
      });
      expect(await exists(username)).toBe(false);
      await expect(postgres.login(username, password)).rejects.toMatchObject({ code: '28P01' });
    }

    it('a session that did SET ROLE ends with its keycard', async () => {
      const card = await issue();
      const client = await postgres.login(card.username, card.password);
      await client.query('SET ROLE app_readers');
      await revoke(card.lease);
      await expect(client.query('SELECT n FROM salaries')).rejects.toThrow();
      await client.end();
      await dies(card);
    });

    it('a keycard that owns objects in two databases dies, and they stay with a powerless keeper', async () => {
      const card = await issue();
      for (const database of ['postgres', 'second']) {
        const client = await postgres.login(card.username, card.password, database);
        await client.query(`CREATE TABLE owned_${user} (n int); CREATE TYPE mood_${user} AS ENUM ('fine')`);
        await client.query('SELECT lo_create(0)');
        await client.end();
      }
      await revoke(card.lease);
      await dies(card);
      for (const database of ['postgres', 'second']) {
        const sql = `SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'owned_${user}'`;
        const [row] = await postgres.query<{ owner: string }>(sql, [], database);
        expect(row?.owner).toMatch(/^keywarden_keeper_\d+_\d+$/);
      }
    });

    it('a SECURITY DEFINER function of a dead keycard has no rights to lend', async () => {
      const card = await issue();
      const client = await postgres.login(card.username, card.password);
      await client.query(
        `CREATE FUNCTION peek_${user}() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT n FROM salaries'`,
      );
      await client.end();
      const bystander = await postgres.login('bystander', 'bystander');
      expect((await bystander.query(`SELECT peek_${user}() AS n`)).rows).toEqual([{ n: 42 }]);
      await revoke(card.lease);
      await dies(card);
      await expect(bystander.query(`SELECT peek_${user}()`)).rejects.toMatchObject({ code: '42501' });
      await bystander.end();
    });

    it('a role that somebody has dropped already is proven dead', async () => {
      const card = await issue();
      await postgres.query(`DROP ROLE "${card.username}"`);
      await revoke(card.lease);
      await dies(card);
    });

    it('a user that has changed its own password is dead all the same', async () => {
      const card = await issue();
      const client = await postgres.login(card.username, card.password);
      await client.query(`ALTER ROLE "${card.username}" PASSWORD 'mine alone'`);
      await client.end();
      await (await postgres.login(card.username, 'mine alone')).end();
      await revoke(card.lease);
      await dies(card);
      await expect(postgres.login(card.username, 'mine alone')).rejects.toMatchObject({ code: '28P01' });
    });

    it('with the server down for its whole life, a keycard is proven dead when the server is back', async () => {
      const card = await issue(300);
      await postgres.stop();
      machine.pass(HOUR);
      expect((await shown(card.lease))['state']).toBe('ending');
      await postgres.start();
      await dies(card);
    });

    it('asleep for eight hours, a laptop serves nothing before what is overdue has ended', async () => {
      const card = await issue(4 * 3600);
      const client = await postgres.login(card.username, card.password);
      machine.sleep(8 * HOUR);
      // The very first request, ahead of every timer.
      expect((await shown(card.lease))['state']).not.toBe('active');
      await dies(card);
      await expect(client.query('SELECT 1')).rejects.toThrow();
      await client.end();
    });

    it('a clock that is set back a day keeps no keycard alive for longer', async () => {
      const card = await issue(3600);
      machine.set(-DAY);
      machine.pass(HOUR - MINUTE);
      expect((await shown(card.lease))['state']).toBe('active');
      machine.pass(2 * MINUTE);
      await dies(card);
      machine.set(DAY);
    });

    it('a clock that is set a day ahead disables the user, and what it owns waits for the database', async () => {
      const card = await issue(4 * 3600);
      const client = await postgres.login(card.username, card.password);
      await client.query(`CREATE TABLE kept_${user} (n int)`);
      machine.set(DAY);
      for (
        let look = 0;
        look < 400 && !String((await shown(card.lease))['reason']).includes('jumped');
        look++
      ) {
        machine.pass(100);
        await postgres.query('SELECT pg_sleep(0.02)');
      }
      expect(await shown(card.lease)).toMatchObject({
        state: 'ending',
        reason: expect.stringContaining("by the database's the user has"),
      });
      await expect(client.query('SELECT 1')).rejects.toThrow();
      await client.end();
      await expect(postgres.login(card.username, card.password)).rejects.toMatchObject({ code: '28000' });
      expect(await exists(card.username)).toBe(true);
      // The database's own clock gets there.
      await postgres.query(`ALTER ROLE "${card.username}" VALID UNTIL '2001-01-01'`);
      machine.pass(MINUTE);
      await dies(card);
    });

    it('and a person who revokes it does not have to wait', async () => {
      const card = await issue(4 * 3600);
      machine.set(DAY);
      for (
        let look = 0;
        look < 400 && !String((await shown(card.lease))['reason']).includes('jumped');
        look++
      ) {
        machine.pass(100);
        await postgres.query('SELECT pg_sleep(0.02)');
      }
      await revoke(card.lease);
      await dies(card);
    });
  });
});
