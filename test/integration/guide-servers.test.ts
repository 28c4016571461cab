import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';
import { startMariaDb, type TestMariaDb } from '../support/mariadb.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startRabbitMq, type TestRabbitMq } from '../support/rabbitmq.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { serverSuite } from '../support/server-suite.ts';

/** What the guides tell people to type; a line that ends with a backslash goes on. */
function commandsOf(guide: string): readonly string[] {
  const text = readFileSync(`docs/guide/${guide}`, 'utf8').replace(/\\\n\s*/g, '');
  return text.split('\n').filter((line) => line.startsWith('kw '));
}

function argumentsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)]
    .map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
    .slice(1);
}

/** What it tells them to type into the server itself. */
function statementsOf(guide: string): readonly string[] {
  const [, sql = ''] = readFileSync(`docs/guide/${guide}`, 'utf8').split(/```sql\n|```\n/);
  return sql.split('\n').filter((line) => line !== '');
}

const ROOT = 'root-of-a-test';
const PUBLIC_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKNkj1XKXaq6jl0Xl0RLMk4AhUjChFqwQ7ULZZmbAHKb nobody\n';

serverSuite('mariadbd', 'the guide to servers, with MariaDB', () =>
  serverSuite('redis-server', 'and Redis', () =>
    serverSuite('rabbitmq-server', 'and RabbitMQ', () => {
      let home: KwHome;
      let mariadb: TestMariaDb;
      let postgres: TestPostgres;
      let redis: TestRedis;
      let rabbitmq: TestRabbitMq;
      let env: NodeJS.ProcessEnv;

      beforeAll(async () => {
        home = makeKwHome();
        const dev = ['--dev', '--dev-root-token-id', ROOT, '--listen', '127.0.0.1:0'];
        const [served, ...servers] = await Promise.all([
          home.serve(dev),
          startMariaDb(),
          startPostgres(),
          startRedis(),
          startRabbitMq(),
        ]);
        [mariadb, postgres, redis, rabbitmq] = servers;
        env = { VAULT_ADDR: served.address, VAULT_TOKEN: ROOT };
        home.file('the-real-key', 'key-of-a-test');
        home.file('id_ed25519.pub', PUBLIC_KEY);
        for (const statement of statementsOf('servers.md')) {
          await postgres.query(statement.replace('choose-one', 'password-of-keywarden'));
        }
        // As the table of the guide says, and no more.
        await mariadb.query(`
          CREATE DATABASE shop; CREATE USER keywarden IDENTIFIED BY 'password-of-keywarden';
          GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO keywarden;
          GRANT SELECT ON mysql.* TO keywarden; GRANT SELECT ON shop.* TO keywarden WITH GRANT OPTION`);
        await redis.command(
          'ACL',
          'SETUSER',
          'keywarden',
          'on',
          '>password-of-keywarden',
          '+acl',
          '+client',
          '+info',
        );
        await rabbitmq.api('PUT', 'users/keywarden', {
          password: 'password-of-keywarden',
          tags: 'administrator',
        });
      });
      afterAll(async () => {
        await home?.remove();
        await Promise.all([mariadb?.close(), postgres?.close(), redis?.close(), rabbitmq?.close()]);
      });

      /** The servers of the guide are the reader's. */
      const here = (word: string) =>
        word
          .replace('db.example:5432', `127.0.0.1:${postgres.port}`)
          .replace('db.example:3306', `127.0.0.1:${mariadb.port}`)
          .replace('cache.example', '127.0.0.1')
          .replace('port=6379', `port=${redis.port}`)
          .replace('tls=true', 'tls=false')
          .replace('https://mq.example:15671', rabbitmq.url);

      it.each([
        ...commandsOf('servers.md'),
        ...commandsOf('static-keys.md'),
        ...commandsOf('certificates.md'),
      ])('%s', async (line) => {
        const done = await home.kw(argumentsOf(line).map(here), { env, input: 'password-of-keywarden' });
        expect(done).toMatchObject({ code: 0 });
      });

      it.each([
        ['database/creds/app', ['username', 'password']],
        ['database/creds/cached', ['username', 'password']],
        ['database/creds/reader', ['username', 'password']],
        ['rabbitmq/creds/app', ['username', 'password']],
        ['api/creds/charges', ['api_key', 'base_path']],
      ])('afterwards %s gives a keycard', async (path, fields) => {
        const { stdout } = await home.kw(['read', path, '--json'], { env });
        const { data, lease_duration } = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
        for (const field of fields) expect(data?.[field]).toMatch(/./);
        expect(lease_duration).toBe(3600);
      });
    }),
  ),
);
