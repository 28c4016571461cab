import type pg from 'pg';
import type { TestPostgres } from '../../support/postgres.ts';

const VERIFIER =
  'SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$5BZcqQKVQEV7lp0bHuvSvZMVjqnTcPIv1sUV4mUFIDU=:5BZcqQKVQEV7lp0bHuvSvZMVjqnTcPIv1sUV4mUFIDU=';

/** Database users made and ended by the bare statements and nothing else: the floor for everything that issues them. */
export async function bareUsers(postgres: TestPostgres, lanes: number) {
  const clients = await Promise.all(
    Array.from({ length: lanes }, () => postgres.login(postgres.user, postgres.password)),
  );
  const query = async (lane: number, sql: string) => void (await clients[lane]?.query(sql));
  const made: string[] = [];
  let number = 0;
  return {
    /** One CREATE ROLE with a verifier and a deadline. */
    async create(lane: number) {
      const name = `bare_${number++}`;
      await query(
        lane,
        `CREATE ROLE ${name} WITH LOGIN PASSWORD '${VERIFIER}' VALID UNTIL '2100-01-01' IN ROLE readers`,
      );
      made.push(name);
    },
    /** One DROP ROLE of what `create` made. */
    drop: (lane: number) => query(lane, `DROP ROLE ${made.pop()}`),
    /** All that a proven end asks of the server: no more logins, a look for sessions, DROP ROLE, and a login that is refused. */
    async end(lane: number) {
      const name = made.pop() ?? '';
      await query(lane, `ALTER ROLE ${name} NOLOGIN`);
      await query(
        lane,
        `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid WHERE r.rolname = '${name}'`,
      );
      await query(lane, `DROP ROLE ${name}`);
      const refused = await postgres
        .login(name, 'not its password')
        .catch((error: pg.DatabaseError) => error.code);
      if (refused !== '28P01') throw new Error('the dead user was let in');
      await query(lane, `SELECT FROM pg_stat_activity WHERE usesysid = 1`);
    },
    count: () => made.length,
    close: () => Promise.all(clients.map((client) => client.end())),
  };
}
