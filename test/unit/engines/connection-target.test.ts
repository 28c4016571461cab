import { expect, it } from 'vitest';
import type { ConnectionSecret } from '../../../electron/engines/database/database-plugin.ts';
import {
  connectionTarget,
  redactUrl,
} from '../../../electron/engines/database/postgres/connection-target.ts';

const secret = (connectionUrl: string, more: Partial<ConnectionSecret> = {}): ConnectionSecret => ({
  connectionUrl,
  username: 'broker',
  password: 'p@ss/w:rd',
  tlsCa: '',
  tlsCertificate: '',
  privateKey: '',
  ...more,
});

it.each([
  [
    'postgresql://{{username}}:{{password}}@127.0.0.1:6543/app?sslmode=disable',
    {
      host: '127.0.0.1',
      port: 6543,
      database: 'app',
      user: 'broker',
      password: 'p@ss/w:rd',
      tls: false,
      options: '',
    },
  ],
  ['postgres://own:inline@localhost/app', { user: 'own', password: 'inline', port: 5432, tls: false }],
  ['postgresql://{{username}}:{{password}}@db.example:80/app', { host: 'db.example', port: 80, tls: {} }],
  ['postgresql://{{username}}:{{password}}@[::1]/app', { host: '::1', tls: false }],
  [
    'postgresql://{{username}}:{{password}}@/app?host=/run/postgresql',
    { host: '/run/postgresql', tls: false },
  ],
  [
    'postgresql://{{username}}:{{password}}@db-1.example:80,[::1]:81,db-2.example/app',
    {
      host: 'db-1.example',
      port: 80,
      database: 'app',
      replicas: [
        { host: '::1', port: 81, tls: false },
        { host: 'db-2.example', port: 5432, tls: {} },
      ],
    },
  ],
  ['postgresql://db.example/app?sslmode=require', { user: 'broker', tls: { rejectUnauthorized: false } }],
])('%s is read as written', (url, target) => {
  expect(connectionTarget(secret(url))).toMatchObject(target);
});

it('an address elsewhere is spoken to over checked TLS unless the URL says otherwise', () => {
  expect(connectionTarget(secret('postgresql://db.example/app')).tls).toEqual({});
  expect(connectionTarget(secret('postgresql://db.example/app', { tlsCa: 'PEM' })).tls).toEqual({
    ca: 'PEM',
  });
});

it.each(['host=localhost user=x', 'mysql://a@b/c', 'postgresql://db/app?sslmode=prefer', ''])(
  '%j is refused in words that do not repeat it',
  (url) => {
    expect(() => connectionTarget(secret(url))).toThrow(/connection_url|sslmode/);
  },
);

it.each([
  ['postgresql://{{username}}:{{password}}@h/d', 'postgresql://{{username}}:{{password}}@h/d'],
  ['postgresql://u:secret@h:1/d?sslmode=disable', 'postgresql://u:*****@h:1/d?sslmode=disable'],
  ['postgresql://u:sec:ret@h/d', 'postgresql://u:*****@h/d'],
  ['postgresql://u@corp:secret@h/d', 'postgresql://u@corp:*****@h/d'],
  ['postgresql://u:{{secret@h/d', 'postgresql://u:*****@h/d'],
  ['postgresql://u:{{password}}secret@h/d', 'postgresql://u:*****@h/d'],
  ['postgresql://u@h:5432/d', 'postgresql://u@h:5432/d'],
  [
    'postgresql://h/d?user=u&password=secret&sslmode=require',
    'postgresql://h/d?user=u&password=*****&sslmode=require',
  ],
])('%s is shown as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown);
});
