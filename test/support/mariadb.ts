import { type ChildProcess, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { findServerProgram, freePort, openServerHome, untilSaid } from './server-home.ts';
import type { TlsFiles } from './tls-authority.ts';

/** A real MariaDB on a free loopback port. */
export interface TestMariaDb {
  readonly port: number;
  /** The superuser. */
  readonly user: string;
  readonly password: string;
  /** Runs SQL as the superuser and answers with the rows. */
  query<T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]>;
  /** Logs in; the caller ends it. Throws what the server said. */
  login(user: string, password: string): Promise<Connection>;
  /** Everything that was ever said to the server, from its general log. */
  log(): Promise<string>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Settings that make a throw-away server quick. */
const QUICK = ['--innodb-flush-log-at-trx-commit=2', '--innodb-buffer-pool-size=16M', '--skip-log-bin'];

/** Starts one, in about two seconds. Throws where it is not installed. */
export async function startMariaDb(options: { tls?: TlsFiles } = {}): Promise<TestMariaDb> {
  const program = findServerProgram('mariadbd');
  const install = findServerProgram('mariadb-install-db');
  if (!program || !install) throw new Error('MariaDB is not installed here');
  const home = openServerHome('mariadb', 'mysql');
  const asUser = process.getuid?.() === 0 ? ['--user=mysql'] : [];
  const data = join(home.folder, 'data');
  execFileSync(
    install,
    [
      '--no-defaults',
      ...asUser,
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    { cwd: home.folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const port = await freePort();
  const user = 'root';
  const password = 'superuser-of-a-test';
  let server: ChildProcess | undefined;
  const connect = (name: string, secret: string) =>
    createConnection({ host: '127.0.0.1', port, user: name, password: secret, multipleStatements: true });

  const mariadb: TestMariaDb = {
    port,
    user,
    password,
    async query<T>(sql: string, params: unknown[] = []) {
      const connection = await connect(user, password);
      try {
        const [rows] = await connection.query<RowDataPacket[]>(sql, params);
        return rows as T[];
      } finally {
        await connection.end();
      }
    },
    async login(name, secret) {
      const connection = await connect(name, secret);
      // A killed session is an event of its own besides the failing query; tests look at the query.
      connection.on('error', () => {});
      return connection;
    },
    async log() {
      const rows = await this.query<{ said: string }>(
        'SELECT CONVERT(argument USING utf8mb4) AS said FROM mysql.general_log',
      );
      return rows.map(({ said }) => said).join('\n');
    },
    async stop() {
      await home.end(server);
    },
    async start() {
      const places = [
        `--datadir=${data}`,
        `--socket=${join(home.folder, 's')}`,
        `--pid-file=${join(home.folder, 'p')}`,
      ];
      const network = ['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve'];
      const { tls } = options;
      const secure = tls
        ? [`--ssl-ca=${tls.ca}`, `--ssl-cert=${tls.certificate}`, `--ssl-key=${tls.key}`]
        : [];
      server = home.run(program, ['--no-defaults', ...asUser, ...places, ...network, ...secure, ...QUICK]);
      await untilSaid(server, 'ready for connections');
    },
    close: () => home.remove(),
  };
  await mariadb.start();
  const first = await connect(user, '');
  await first.query(
    `SET PASSWORD = PASSWORD('${password}'); DROP USER root@localhost, root@'::1';
     SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = ON`,
  );
  await first.end();
  return mariadb;
}
