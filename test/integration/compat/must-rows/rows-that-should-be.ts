import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Areas, done, keepAs, ok, recall, send } from './step.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');

/** A token as a build platform signs it. */
function signedToken(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1000);
  const text = `${part({ alg: 'EdDSA' })}.${part({ iat: seconds, exp: seconds + 300, ...claims })}`;
  return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
}

const ENTITY =
  'aliases creation_time direct_group_ids disabled group_ids id inherited_group_ids last_update_time merged_entity_ids metadata name namespace_id policies';
const GROUP =
  'alias creation_time id last_update_time member_entity_ids member_group_ids metadata modify_index name namespace_id parent_group_ids policies type';

/** What the table says should be there: signed tokens, identity, and the administrator's part of sys. */
export const ROWS_THAT_SHOULD_BE: Areas = {
  JWT: {
    'config GET and POST': [
      done('POST', 'sys/auth/jwt', { type: 'jwt' }),
      done('POST', 'auth/jwt/config', {
        jwt_validation_pubkeys: [String(publicKey.export({ type: 'spki', format: 'pem' }))],
        bound_issuer: 'https://ci',
      }),
      { ask: ['GET', 'auth/jwt/config'], status: 200, like: { data: { bound_issuer: 'https://ci' } } },
    ],
    'role CRUD and LIST': [
      done('POST', 'auth/jwt/role/deploy', {
        role_type: 'jwt',
        user_claim: 'sub',
        bound_audiences: 'keywarden',
        token_policies: 'shop',
      }),
      {
        ask: ['GET', 'auth/jwt/role/deploy'],
        status: 200,
        like: { data: { user_claim: 'sub', role_type: 'jwt' } },
      },
      ok('LIST', 'auth/jwt/role', 'keys', { like: { data: { keys: ['deploy'] } } }),
    ],
    login: [
      send(
        'POST',
        'auth/jwt/login',
        () => ({
          role: 'deploy',
          jwt: signedToken({ iss: 'https://ci', sub: 'project-7', aud: 'keywarden' }),
        }),
        {
          token: '',
          like: { auth: { policies: ['default', 'shop'], metadata: { role: 'deploy' } } },
          keep: keepAs('entity', ({ auth }) => auth.entity_id),
        },
      ),
      {
        ask: [
          'POST',
          'auth/jwt/login',
          () => ({ role: 'deploy', jwt: signedToken({ iss: 'https://ci', sub: 'a' }) }),
        ],
        status: 400,
        token: '',
      },
      done('DELETE', 'auth/jwt/role/deploy'),
    ],
  },

  Identity: {
    'entity CRUD and LIST, by id and by name': [
      ok('GET', () => `identity/entity/id/${recall('entity')}`, ENTITY, {
        like: { data: { aliases: [{ name: 'project-7', mount_path: 'auth/jwt/' }] } },
      }),
      done('POST', () => `identity/entity/id/${recall('entity')}`, {
        name: 'Project',
        policies: 'shop',
        metadata: { team: 'blue' },
      }),
      ok('GET', 'identity/entity/name/Project', ENTITY, {
        like: { data: { policies: ['shop'], metadata: { team: 'blue' } } },
      }),
      {
        ask: ['LIST', 'identity/entity/id'],
        status: 200,
        like: () => ({ data: { keys: expect.arrayContaining([recall('entity')]) } }),
      },
      {
        ask: ['LIST', 'identity/entity/name'],
        status: 200,
        like: { data: { keys: expect.arrayContaining(['Project']) } },
      },
    ],
    'entity-alias CRUD and LIST': [
      { ask: ['GET', 'sys/auth'], status: 200, keep: keepAs('mount', (body) => body['userpass/'].accessor) },
      send(
        'POST',
        'identity/entity-alias',
        () => ({ name: 'anna', canonical_id: recall('entity'), mount_accessor: recall('mount') }),
        {
          data: 'canonical_id id',
          keep: keepAs('alias', ({ data }) => data.id),
        },
      ),
      {
        ask: ['GET', () => `identity/entity-alias/id/${recall('alias')}`],
        status: 200,
        like: { data: { name: 'anna', mount_type: 'userpass' } },
      },
      {
        ask: ['LIST', 'identity/entity-alias/id'],
        status: 200,
        like: () => ({ data: { keys: expect.arrayContaining([recall('alias')]) } }),
      },
      done('DELETE', () => `identity/entity-alias/id/${recall('alias')}`),
    ],
    'group CRUD and LIST': [
      send(
        'POST',
        'identity/group',
        () => ({ name: 'devs', policies: 'shop', member_entity_ids: [recall('entity')] }),
        {
          data: 'id name',
          keep: keepAs('group', ({ data }) => data.id),
        },
      ),
      ok('GET', 'identity/group/name/devs', GROUP, {
        like: () => ({ data: { id: recall('group'), member_entity_ids: [recall('entity')] } }),
      }),
      ok('GET', () => `identity/group/id/${recall('group')}`, GROUP),
      { ask: ['LIST', 'identity/group/name'], status: 200, like: { data: { keys: ['devs'] } } },
      {
        ask: ['LIST', 'identity/group/id'],
        status: 200,
        like: () => ({ data: { keys: [recall('group')] } }),
      },
    ],
    'lookup/entity and lookup/group': [
      send(
        'POST',
        'identity/lookup/entity',
        { name: 'Project' },
        { data: ENTITY, like: () => ({ data: { direct_group_ids: [recall('group')] } }) },
      ),
      send('POST', 'identity/lookup/group', { name: 'devs' }, { data: GROUP }),
      done('DELETE', 'identity/group/name/devs'),
      done('DELETE', 'identity/entity/name/Project'),
    ],
  },

  Admin: {
    'audit, and audit-hash': [
      {
        ask: [
          'PUT',
          'sys/audit/file',
          ({ home }) => ({ type: 'file', options: { file_path: join(home.folder, 'audit') } }),
        ],
        status: 204,
      },
      { ask: ['GET', 'sys/audit'], status: 200, top: true, like: { 'file/': { type: 'file' } } },
      send(
        'POST',
        'sys/audit-hash/file',
        { input: 'canary' },
        {
          data: 'hash',
          top: true,
          like: { hash: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) },
        },
      ),
      done('DELETE', 'sys/audit/file'),
    ],
    remount: [
      done('POST', 'sys/mounts/here', { type: 'kv' }),
      done('POST', 'here/a', { b: 'c' }),
      send(
        'POST',
        'sys/remount',
        { from: 'here', to: 'there' },
        {
          top: true,
          data: 'migration_id',
          keep: keepAs('move', ({ data }) => data.migration_id),
        },
      ),
      ok('GET', 'there/a', 'b'),
      { ask: ['GET', 'here/a'], status: 404 },
      {
        ask: ['GET', () => `sys/remount/status/${recall('move')}`],
        status: 200,
        like: { data: { migration_info: { status: 'success' } } },
      },
      done('DELETE', 'sys/mounts/there'),
    ],
    'key-status': [
      ok('GET', 'sys/key-status', 'encryptions install_time term', { top: true, like: { term: 1 } }),
    ],
    'rotate, which a vault in memory has no key for': [{ ask: ['PUT', 'sys/rotate', {}], status: 400 }],
  },
};
