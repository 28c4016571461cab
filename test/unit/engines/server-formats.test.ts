import { describe, expect, it } from 'vitest';
import type { ConnectionSecret } from '../../../electron/engines/database/database-plugin.ts';
import { splitMysqlStatements } from '../../../electron/engines/database/mysql/mysql-statements.ts';
import { mysqlTarget, redactDsn } from '../../../electron/engines/database/mysql/mysql-target.ts';
import { nativePasswordHash } from '../../../electron/engines/database/mysql/native-password.ts';
import { redisUrl } from '../../../electron/engines/database/redis/redis-target.ts';
import { passwordHash } from '../../../electron/engines/rabbitmq/rabbitmq-users.ts';

const secret = (connectionUrl: string, more: Partial<ConnectionSecret> = {}): ConnectionSecret => ({
  connectionUrl,
  username: 'broker',
  password: 'p@ss:w/o(rd)',
  tlsCa: '',
  tlsCertificate: '',
  privateKey: '',
  ...more,
});

it('MariaDB’s hash of a password is that of its own PASSWORD()', () => {
  expect(nativePasswordHash('mypass')).toBe('*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4');
});

it('RabbitMQ’s hash of a password is that of its documentation', () => {
  expect(passwordHash('test12', Uint8Array.from([0x90, 0x8d, 0xc6, 0x0a]))).toBe(
    'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
  );
});

describe('a data source name', () => {
  it.each([
    ['{{username}}:{{password}}@tcp(127.0.0.1:3307)/', { host: '127.0.0.1', port: 3307, tls: false }],
    ['{{username}}:{{password}}@tcp(db.example)/shop', { host: 'db.example', port: 3306, database: 'shop' }],
    [
      '{{ username }}:{{ password }}@tcp([::1]:3306)/?tls=true',
      { host: '::1', tls: { rejectUnauthorized: true } },
    ],
    ['{{username}}:{{password}}@unix(/run/mysqld.sock)/', { socket: '/run/mysqld.sock', tls: false }],
    ['{{username}}:{{password}}@tcp(db)/?tls=skip-verify', { tls: { rejectUnauthorized: false } }],
    ['tcp(localhost:3306)/', { host: 'localhost' }],
  ])('%s', (dsn, parts) => {
    expect(mysqlTarget(secret(dsn))).toMatchObject({ user: 'broker', password: 'p@ss:w/o(rd)', ...parts });
  });

  it('speaks TLS with a checked certificate to every other machine, unless told otherwise', () => {
    expect(mysqlTarget(secret('tcp(db.example:3306)/')).tls).toEqual({ rejectUnauthorized: true });
  });

  it.each(['postgresql://host/db', 'a:b@tcp(host:3306)', 'a:b@tcp(host:x)/', 'a:b@tcp(h)/?tls=custom'])(
    'is refused without repeating it: %s',
    (dsn) => {
      expect(() => mysqlTarget(secret(dsn))).toThrow(/^(?!.*a:b)/);
    },
  );

  it.each([
    ['root:hunter2@tcp(h:1)/', 'root:*****@tcp(h:1)/'],
    ['root:p@ss:w/rd@tcp(h:1)/', 'root:*****@tcp(h:1)/'],
    ['{{username}}:{{password}}@tcp(h:1)/', '{{username}}:{{password}}@tcp(h:1)/'],
    ['tcp(h:1)/', 'tcp(h:1)/'],
  ])('%s is shown as %s', (dsn, shown) => {
    expect(redactDsn(dsn)).toBe(shown);
  });
});

it('a text of statements is taken apart at its semicolons, and not in quotes or comments', () => {
  expect(
    splitMysqlStatements(
      "CREATE USER 'a;b' IDENTIFIED BY 'it''s;\\';'; -- no; not here\nGRANT `x;y` TO z; # end;\n/* ; */",
    ),
  ).toEqual(["CREATE USER 'a;b' IDENTIFIED BY 'it''s;\\';'", 'GRANT `x;y` TO z']);
});

it('a Redis address is made of Vault’s fields, and what is not named stays', () => {
  expect(redisUrl({ host: 'cache', port: 6380, tls: true }, '')).toBe('rediss://cache:6380');
  expect(redisUrl({ port: 7000 }, 'rediss://cache:6380?insecure=true')).toBe(
    'rediss://cache:7000?insecure=true',
  );
  expect(redisUrl({ persistence_mode: 'NONE' }, 'redis://cache:1')).toBe('redis://cache:1?persistence=none');
  expect(redisUrl({}, 'redis://cache:1')).toBeUndefined();
});
