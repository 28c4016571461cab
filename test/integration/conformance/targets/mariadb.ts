import { databaseEngine } from '../../../../electron/engines/database/database-engine.ts';
import { startMariaDb } from '../../../support/mariadb.ts';
import type { DynamicTarget } from '../dynamic-target.ts';

/** MariaDB, with an account for Keywarden that may what it needs. */
export const mariadbTarget: DynamicTarget = {
  name: 'MariaDB',
  engine: databaseEngine,
  credsPath: 'database/creds/app',
  refused: 'login refused: 1045',
  refusal: /ER_ACCESS_DENIED_ERROR/,
  reconcilePath: 'database/reconcile/main',
  async start() {
    const mariadb = await startMariaDb();
    await mariadb.query(`
        CREATE DATABASE shop;
        CREATE USER broker IDENTIFIED BY 'password-of-the-broker';
        GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO broker;
        GRANT SELECT ON mysql.* TO broker; GRANT SELECT ON shop.* TO broker WITH GRANT OPTION`);
    return {
      port: mariadb.port,
      async configure(ask, port) {
        await ask('update', 'database/config/main', {
          plugin_name: 'mysql-database-plugin',
          connection_url: `{{username}}:{{password}}@tcp(127.0.0.1:${port})/`,
          username: 'broker',
          password: 'password-of-the-broker',
          allowed_roles: '*',
        });
        await ask('update', 'database/roles/app', {
          db_name: 'main',
          creation_statements: [
            "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON shop.* TO '{{name}}'@'%'",
          ],
          default_ttl: '1h',
          max_ttl: '24h',
        });
      },
      async login(username, password) {
        const client = await mariadb.login(username, password);
        const ended = new Promise((resolve) => client.on('error', resolve));
        return { ended, close: () => client.end() };
      },
      async users() {
        const rows = await mariadb.query<{ name: string }>(
          "SELECT DISTINCT User AS name FROM mysql.user WHERE User LIKE 'v-%'",
        );
        return rows.map(({ name }) => name);
      },
      async plantMark(from, to, how) {
        const [row] = await mariadb.query<{ host: string }>(
          "SELECT Host AS host FROM mysql.user WHERE User = ? AND Host LIKE 'keywarden:%'",
          [from],
        );
        const host = row?.host ?? '';
        const planted = how === 'copied' ? host : host.replace(/:\d{13}:/, ':1000000000000:');
        await mariadb.query(
          `CREATE USER '${to}'@'%' ACCOUNT LOCK; CREATE USER '${to}'@'${planted}' ACCOUNT LOCK`,
        );
      },
      async removeByHand(username) {
        const hosts = await mariadb.query<{ host: string }>(
          'SELECT Host AS host FROM mysql.user WHERE User = ?',
          [username],
        );
        for (const { host } of hosts) await mariadb.query(`DROP USER '${username}'@'${host}'`);
      },
      stop: () => mariadb.stop(),
      restart: () => mariadb.start(),
      close: () => mariadb.close(),
    };
  },
};
