import { expect } from 'vitest';
import { type Areas, done, keepAs, ok, recall, send } from './step.ts';

/** Wrapping, leases and the database. */
export const ROWS_OF_LEASES: Areas = {
  Wrapping: {
    'header on any call': [
      {
        ask: ['GET', 'secret/data/row'],
        status: 200,
        headers: { 'X-Vault-Wrap-TTL': '2m' },
        like: {
          request_id: '',
          data: null,
          auth: null,
          wrap_info: { ttl: 120, creation_path: 'secret/data/row', accessor: expect.any(String) },
        },
        keep: keepAs('wrapped', (body) => body.wrap_info.token),
      },
    ],
    'wrapping/lookup': [
      send('POST', 'sys/wrapping/lookup', () => ({ token: recall('wrapped') }), {
        token: '',
        data: 'creation_path creation_time creation_ttl',
        like: { data: { creation_path: 'secret/data/row', creation_ttl: 120 } },
      }),
    ],
    'wrapping/rewrap': [
      send('POST', 'sys/wrapping/rewrap', () => ({ token: recall('wrapped') }), {
        like: { wrap_info: { creation_path: 'secret/data/row', ttl: 120 } },
        keep: keepAs('rewrapped', (body) => body.wrap_info.token),
      }),
    ],
    'wrapping/unwrap by body and by header': [
      { ask: ['POST', 'sys/wrapping/unwrap', () => ({ token: recall('wrapped') })], status: 400 },
      send('POST', 'sys/wrapping/unwrap', () => ({ token: recall('rewrapped') }), {
        data: 'data metadata',
        like: { data: { data: { a: '1' } } },
      }),
      send(
        'POST',
        'sys/wrapping/wrap',
        { x: 'y' },
        { headers: { 'X-Vault-Wrap-TTL': '60' }, keep: keepAs('wrapped', (body) => body.wrap_info.token) },
      ),
      { ask: ['PUT', 'sys/wrapping/unwrap'], status: 200, token: () => recall('wrapped'), data: 'x' },
    ],
    'wrapping/wrap': [{ ask: ['POST', 'sys/wrapping/wrap', { x: 'y' }], status: 400 }],
    cubbyhole: [
      done('POST', 'cubbyhole/row', { a: 'b' }),
      ok('GET', 'cubbyhole/row', 'a'),
      ok('LIST', 'cubbyhole', 'keys', { like: { data: { keys: ['row'] } } }),
      { ask: ['GET', 'cubbyhole/row'], status: 404, token: () => recall('child') },
      done('DELETE', 'cubbyhole/row'),
    ],
  },

  Leases: {
    'leases/lookup PUT': [
      ok('GET', 'database/creds/reader', 'password username', {
        like: {
          lease_id: expect.stringMatching(/^database\/creds\/reader\/[A-Za-z0-9]{24}$/),
          renewable: true,
          lease_duration: 600,
        },
        keep: keepAs('lease', (body) => body.lease_id),
      }),
      send('PUT', 'sys/leases/lookup', () => ({ lease_id: recall('lease') }), {
        like: () => ({
          data: { id: recall('lease'), renewable: true, ttl: expect.any(Number), last_renewal: null },
        }),
      }),
      {
        ask: ['PUT', 'sys/leases/lookup', { lease_id: 'none' }],
        status: 400,
        like: { errors: ['invalid lease'] },
      },
    ],
    'LIST leases/lookup/:prefix': [
      ok('LIST', 'sys/leases/lookup/database/creds', 'keys', { like: { data: { keys: ['reader/'] } } }),
      ok('LIST', 'sys/leases/lookup/database/creds/reader', 'keys', {
        like: () => ({ data: { keys: [recall('lease').slice(-24)] } }),
      }),
    ],
    renew: [
      send('PUT', 'sys/leases/renew', () => ({ lease_id: recall('lease'), increment: 900 }), {
        like: () => ({ lease_id: recall('lease'), renewable: true, lease_duration: 900 }),
      }),
      {
        ask: ['PUT', 'sys/leases/renew', { lease_id: 'none' }],
        status: 400,
        like: { errors: ['lease not found'] },
      },
    ],
    'revoke, and revoke without waiting': [
      done('PUT', 'sys/leases/revoke', () => ({ lease_id: recall('lease') })),
      done('PUT', 'sys/leases/revoke', { lease_id: 'none' }),
      ok('GET', 'database/creds/reader', 'password username', {
        keep: keepAs('lease', (body) => body.lease_id),
      }),
      { ask: ['PUT', 'sys/leases/revoke', () => ({ lease_id: recall('lease'), sync: false })], status: 202 },
    ],
    'revoke-prefix': [
      ok('GET', 'database/creds/reader', 'password username'),
      done('PUT', 'sys/leases/revoke-prefix/database/creds/reader'),
      { ask: ['LIST', 'sys/leases/lookup/database/creds/reader'], status: 404 },
    ],
    'revoke-force': [
      ok('GET', 'database/creds/reader', 'password username'),
      done('PUT', 'sys/leases/revoke-force/database/creds/reader'),
    ],
    'legacy sys/revoke-prefix, sys/revoke and sys/renew': [
      ok('GET', 'database/creds/reader', 'password username', {
        keep: keepAs('lease', (body) => body.lease_id),
      }),
      send('PUT', 'sys/renew', () => ({ lease_id: recall('lease') }), { like: { renewable: true } }),
      done('PUT', () => `sys/revoke/${recall('lease')}`),
      done('PUT', 'sys/revoke-prefix/database'),
    ],
  },

  Database: {
    'config CRUD and LIST': [
      {
        ask: [
          'POST',
          'database/config/row',
          (stage) => ({
            plugin_name: 'postgresql-database-plugin',
            allowed_roles: 'row',
            connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${stage.postgres.port}/postgres`,
            username: stage.postgres.user,
            password: stage.postgres.password,
          }),
        ],
        status: 204,
      },
      {
        ask: ['GET', 'database/config/row'],
        status: 200,
        like: { data: { plugin_name: 'postgresql-database-plugin', allowed_roles: ['row'] } },
        keep: (body) => expect(body.data.connection_details).not.toHaveProperty('password'),
      },
      ok('LIST', 'database/config', 'keys', { like: { data: { keys: ['main', 'row'] } } }),
    ],
    reset: [done('POST', 'database/reset/row')],
    'roles CRUD and LIST': [
      done('POST', 'database/roles/row', {
        db_name: 'row',
        default_ttl: '5m',
        max_ttl: '1h',
        creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE readers;`,
      }),
      {
        ask: ['GET', 'database/roles/row'],
        status: 200,
        like: { data: { db_name: 'row', default_ttl: 300, max_ttl: 3600, credential_type: 'password' } },
      },
      ok('LIST', 'database/roles', 'keys', { like: { data: { keys: ['reader', 'row'] } } }),
    ],
    'creds GET': [
      ok('GET', 'database/creds/row', 'password username', {
        like: { renewable: true, lease_duration: 300 },
      }),
      { ask: ['GET', 'database/creds/none'], status: 400 },
      done('PUT', 'sys/leases/revoke-prefix/database/creds/row'),
      done('DELETE', 'database/roles/row'),
    ],
    'static-roles CRUD and LIST': [
      done('POST', 'database/static-roles/row', {
        db_name: 'row',
        username: 'clerk',
        rotation_period: '24h',
        rotation_statements: [`ALTER USER "{{name}}" WITH PASSWORD '{{password}}';`],
      }),
      ok(
        'GET',
        'database/static-roles/row',
        'credential_type db_name last_vault_rotation rotation_period rotation_statements username',
        { like: { data: { db_name: 'row', username: 'clerk', rotation_period: 86_400 } } },
      ),
      ok('LIST', 'database/static-roles', 'keys', { like: { data: { keys: ['row'] } } }),
      { ask: ['POST', 'database/static-roles/none', { db_name: 'row' }], status: 400 },
      { ask: ['GET', 'database/static-roles/none'], status: 404 },
    ],
    'static-creds GET': [
      ok('GET', 'database/static-creds/row', 'last_vault_rotation password rotation_period ttl username', {
        like: { renewable: false, lease_id: '', lease_duration: 0, data: { username: 'clerk' } },
        keep: keepAs('static password', (body) => body.data.password),
      }),
      { ask: ['GET', 'database/static-creds/none'], status: 400 },
    ],
    'rotate-root and rotate-role POST': [
      done('POST', 'database/rotate-role/row'),
      {
        ask: ['GET', 'database/static-creds/row'],
        status: 200,
        keep: (body) => expect(body.data.password).not.toBe(recall('static password')),
      },
      { ask: ['POST', 'database/rotate-role/none'], status: 400 },
      {
        ask: [
          'POST',
          'database/config/steward',
          (stage) => ({
            plugin_name: 'postgresql-database-plugin',
            connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${stage.postgres.port}/postgres`,
            username: 'steward',
            password: 'first-of-the-steward',
          }),
        ],
        status: 204,
      },
      done('POST', 'database/rotate-root/steward'),
      done('POST', 'database/rotate-root/steward'),
      done('DELETE', 'database/static-roles/row'),
      done('DELETE', 'database/config/steward'),
      done('DELETE', 'database/config/row'),
    ],
  },
};
