import { databaseEngine } from '../../../../electron/engines/database/database-engine.ts';
import { startPostgres } from '../../../support/postgres.ts';
import type { DynamicTarget } from '../dynamic-target.ts';

/** PostgreSQL, with an account for Keywarden that may what it needs. */
export const postgresTarget: DynamicTarget = {
  name: 'PostgreSQL',
  engine: databaseEngine,
  credsPath: 'database/creds/app',
  refused: 'login refused: 28P01',
  refusal: /28P01/,
  reconcilePath: 'database/reconcile/main',
  async start() {
    const postgres = await startPostgres();
    await postgres.query(
      `CREATE ROLE broker LOGIN CREATEROLE PASSWORD 'password-of-the-broker'; CREATE ROLE readers NOLOGIN;
       GRANT readers TO broker WITH ADMIN OPTION`,
    );
    return {
      port: postgres.port,
      async configure(ask, port) {
        await ask('update', 'database/config/main', {
          plugin_name: 'postgresql-database-plugin',
          connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${port}/postgres`,
          username: 'broker',
          password: 'password-of-the-broker',
          allowed_roles: '*',
        });
        await ask('update', 'database/roles/app', {
          db_name: 'main',
          group_role: 'readers',
          default_ttl: '1h',
          max_ttl: '24h',
        });
      },
      async login(username, password) {
        const client = await postgres.login(username, password);
        await client.query('SET ROLE readers');
        const ended = new Promise((resolve) => client.once('end', resolve));
        return { ended, close: () => client.end() };
      },
      async users() {
        const rows = await postgres.query<{ name: string }>(
          "SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'v-%'",
        );
        return rows.map(({ name }) => name);
      },
      async plantMark(from, to, how) {
        const [row] = await postgres.query<{ comment: string }>(
          "SELECT shobj_description(oid, 'pg_authid') AS comment FROM pg_roles WHERE rolname = $1",
          [from],
        );
        const comment = row?.comment ?? '';
        const planted =
          how === 'copied' ? comment : comment.replace(/until=\S+/, 'until=2020-01-01T00:00:00.000000+00');
        await postgres.query(`CREATE ROLE "${to}"; COMMENT ON ROLE "${to}" IS '${planted}'`);
      },
      removeByHand: async (username) => void (await postgres.query(`DROP ROLE "${username}"`)),
      stop: () => postgres.stop(),
      restart: () => postgres.start(),
      close: () => postgres.close(),
    };
  },
};
