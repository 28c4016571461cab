import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMariaDb, type TestMariaDb } from '../../support/mariadb.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { serverSuite } from '../../support/server-suite.ts';
import { type KillableVault, openKillableVault } from './killable-vault.ts';

type Creds = { readonly username: string; readonly password: string };

/** Static roles of one user and of two, and rotate-root: the same promises on every kind of server. */
function promises(
  opened: () => {
    readonly vault: KillableVault;
    opens(creds: Creds): Promise<boolean>;
    readonly steward: Creds;
    /** The same server under another name, asked as somebody else. */
    readonly elsewhere: object;
  },
): void {
  const creds = async (role: string) =>
    (await opened().vault.ask('read', `database/static-creds/${role}`)) as Creds & Record<string, unknown>;

  it('an account gets a new password when it is taken over, and on demand', async () => {
    const { vault, opens } = opened();
    await vault.ask('update', 'database/static-roles/one', {
      db_name: 'main',
      username: 'clerk',
      rotation_period: '1h',
    });
    const first = await creds('one');
    expect(await opens(first)).toBe(true);
    await vault.ask('update', 'database/rotate-role/one');
    expect([await opens(first), await opens(await creds('one'))]).toEqual([false, true]);
  });

  it('two accounts take turns, and the former is retired by what is seen', async () => {
    const { vault, opens } = opened();
    await vault.ask('update', 'database/static-roles/two', {
      db_name: 'main',
      username: 'turn_a',
      second_username: 'turn_b',
      rotation_mode: 'two-users',
      rotation_period: '1h',
      overlap_quiet: '1s',
    });
    const first = await creds('two');
    await vault.ask('update', 'database/rotate-role/two');
    const second = await creds('two');
    expect([first.username, second.username]).toEqual(['turn_a', 'turn_b']);
    expect(await opens(second)).toBe(true);
    const rows = () => vault.settled();
    await vault.until(rows, (all) => all.every(({ state }) => state === 'idle'));
    expect([await opens(first), await opens(second)]).toEqual([false, true]);
  });

  it('an account that is rotated through another connection to the same server is refused', async () => {
    const { vault, elsewhere } = opened();
    await vault.ask('update', 'database/config/elsewhere', { ...elsewhere, allowed_roles: '*' });
    const write = (username: string) =>
      vault.ask('update', 'database/static-roles/again', {
        db_name: 'elsewhere',
        username,
        rotation_period: '1h',
      });
    await expect(write('clerk')).rejects.toThrow(
      /one rotates that account already, through the connection main/,
    );
    await expect(write('turn_b')).rejects.toThrow(/two rotates that account already/);
    await expect(write('steward')).rejects.toThrow(
      /account of the connection main, which leads to the same server/,
    );
    await vault.ask('delete', 'database/config/elsewhere');
  });

  it('the account of the broker itself gets a password that the vault alone knows', async () => {
    const { vault, opens, steward } = opened();
    await vault.ask('update', 'database/rotate-root/main');
    expect(await opens(steward)).toBe(false);
    expect(await vault.ask('read', 'database/check/main')).toMatchObject({ reachable: true });
    await vault.ask('update', 'database/rotate-role/one');
    expect(await opens(await creds('one'))).toBe(true);
  });
}

serverSuite('mariadbd', 'rotation on MariaDB', () => {
  let mariadb: TestMariaDb;
  let vault: KillableVault;
  const steward = { username: 'steward', password: 'first-of-the-steward' };
  beforeAll(async () => {
    [mariadb, vault] = await Promise.all([startMariaDb(), openKillableVault()]);
    await mariadb.query(`CREATE USER steward@'%' IDENTIFIED BY '${steward.password}'`);
    await mariadb.query("GRANT ALL ON *.* TO steward@'%' WITH GRANT OPTION");
    for (const name of ['clerk', 'turn_a', 'turn_b']) {
      await mariadb.query(`CREATE USER ${name}@'%' IDENTIFIED BY 'known to many'`);
    }
    await vault.ask('update', 'database/config/main', {
      plugin_name: 'mysql-database-plugin',
      connection_url: `{{username}}:{{password}}@tcp(127.0.0.1:${mariadb.port})/`,
      ...steward,
      allowed_roles: '*',
    });
  });
  afterAll(async () => {
    await vault?.close();
    await mariadb?.close();
  });
  const elsewhere = {
    plugin_name: 'mysql-legacy-database-plugin',
    username: 'root',
    get connection_url() {
      return `{{username}}:{{password}}@tcp(localhost:${mariadb.port})/`;
    },
    get password() {
      return mariadb.password;
    },
  };
  const opens = ({ username, password }: Creds) =>
    mariadb.login(username, password).then(
      async (client) => {
        await client.end();
        return true;
      },
      () => false,
    );
  promises(() => ({ vault, opens, steward, elsewhere }));
});

serverSuite('redis-server', 'rotation on Redis', () => {
  let redis: TestRedis;
  let vault: KillableVault;
  const steward = { username: 'steward', password: 'first-of-the-steward' };
  beforeAll(async () => {
    [redis, vault] = await Promise.all([startRedis(), openKillableVault()]);
    await redis.command('ACL', 'SETUSER', 'steward', 'on', `>${steward.password}`, '~*', '&*', '+@all');
    for (const name of ['clerk', 'turn_a', 'turn_b']) {
      await redis.command('ACL', 'SETUSER', name, 'on', '>known-to-many', '~*', '+ping');
    }
    await vault.ask('update', 'database/config/main', {
      plugin_name: 'redis-database-plugin',
      host: '127.0.0.1',
      port: redis.port,
      ...steward,
      allowed_roles: '*',
    });
  });
  afterAll(async () => {
    await vault?.close();
    await redis?.close();
  });
  const elsewhere = {
    plugin_name: 'redis-database-plugin',
    host: 'localhost',
    username: 'default',
    get port() {
      return redis.port;
    },
    get password() {
      return redis.password;
    },
  };
  const opens = ({ username, password }: Creds) =>
    redis.login(username, password).then(
      (client) => {
        client.disconnect();
        return true;
      },
      () => false,
    );
  promises(() => ({ vault, opens, steward, elsewhere }));
});
