import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import type { Envelope } from '../../shared/model/envelope.ts';
import { openMemoryCore } from '../support/memory-core.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { installedPostgres } from '../support/postgres-binaries.ts';
import { troubledClock } from '../support/troubled-clock.ts';

interface Keycard {
  readonly lease: string;
  readonly username: string;
  readonly password: string;
}

const BROKERS = [
  { broker: 'a superuser', user: 'postgres' },
  { broker: 'CREATEROLE alone', user: 'maker' },
] as const;

describe.each(installedPostgres())('PostgreSQL: $name', ({ folder }) => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres(['log_statement=ddl'], folder);
    await postgres.query(`
      CREATE ROLE app_readers NOLOGIN;
      CREATE ROLE maker LOGIN CREATEROLE PASSWORD '${postgres.password}';
      GRANT app_readers TO maker WITH ADMIN OPTION;
      GRANT CREATE ON SCHEMA public TO app_readers;
      GRANT CREATE ON SCHEMA public TO maker WITH GRANT OPTION;
    `);
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
        default_ttl: '1m',
      });
    });
    afterAll(() => core?.stop());

    async function issue(): Promise<Keycard> {
      const envelope = (await core.ask('read', 'database/creds/app')).envelope as Envelope;
      return { ...(envelope.data as Omit<Keycard, 'lease'>), lease: envelope.lease_id };
    }

    async function all(): Promise<ReadonlyMap<unknown, Record<string, unknown>>> {
      const { envelope } = await core.ask('read', 'sys/internal/leases', { state: 'dead' });
      const { leases } = (envelope as Envelope).data as { leases: Record<string, unknown>[] };
      return new Map(leases.map((lease) => [lease['lease_id'], lease]));
    }

    it('of many that are due at once each is proven dead, whatever it or somebody else has done', async () => {
      const cards: Keycard[] = [];
      for (let count = 0; count < 32; count += 1) cards.push(await issue());
      const [connected, owner, dropped, renamed, disowned] = cards as [
        Keycard,
        Keycard,
        Keycard,
        Keycard,
        Keycard,
      ];
      const session = await postgres.login(connected.username, connected.password);
      session.on('error', () => {});
      const owning = await postgres.login(owner.username, owner.password);
      await owning.query(`CREATE TABLE kept_${user} (n int)`);
      await owning.end();
      await postgres.query(`DROP ROLE "${dropped.username}"`);
      await postgres.query(`ALTER ROLE "${renamed.username}" RENAME TO renamed_${user}`);
      await postgres.query(`COMMENT ON ROLE "${disowned.username}" IS NULL`);

      machine.pass(61_000);
      let dead = await all();
      for (let look = 0; look < 400 && dead.size < cards.length; look += 1) {
        machine.pass(1000);
        await postgres.query('SELECT pg_sleep(0.02)');
        dead = await all();
      }
      for (const { lease } of cards) {
        expect(dead.get(lease)).toMatchObject({
          state: 'dead',
          proof: expect.arrayContaining(['no such role', 'no session', 'login refused: 28P01']),
        });
      }
      expect(
        await postgres.query(
          "SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%' OR rolname LIKE 'renamed%'",
        ),
      ).toEqual([]);
      await expect(session.query('SELECT 1')).rejects.toThrow();
      const [table] = await postgres.query<{ owner: string }>(
        `SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'kept_${user}'`,
      );
      expect(table?.owner).toMatch(/^keywarden_keeper_\d+_\d+$/);
      // One statement for many is what makes this quick.
      expect(postgres.log()).toMatch(/DROP ROLE IF EXISTS "[^"]+", "[^"]+", "/);
    });
  });
});
