import { expect } from 'vitest';
import {
  type Areas,
  CLUSTER,
  done,
  HEALTH,
  kept,
  MOUNT,
  ok,
  onFolder,
  POLICY,
  recall,
  SEAL_STATUS,
  send,
} from './step.ts';

/** Sys core, mounts and policies. */
export const ROWS_OF_SYS: Areas = {
  'Sys core': {
    'health GET and HEAD': [
      { ask: ['GET', 'sys/health'], status: 200, bare: HEALTH + CLUSTER, like: { version: '1.15.6' } },
      { ask: ['HEAD', 'sys/health'], status: 200 },
      { ask: ['HEAD', 'sys/health'], status: 501, ...onFolder },
    ],
    'seal-status': [
      {
        ask: ['GET', 'sys/seal-status'],
        status: 200,
        bare: SEAL_STATUS + CLUSTER,
        like: { t: 1, n: 1, sealed: false },
      },
    ],
    'init GET, PUT and POST': [
      { ask: ['GET', 'sys/init'], status: 200, bare: 'initialized', like: { initialized: true } },
      { ask: ['POST', 'sys/init', {}], status: 400 },
      { ask: ['GET', 'sys/init'], status: 200, like: { initialized: false }, ...onFolder },
      {
        ask: ['PUT', 'sys/init', { secret_shares: 3, secret_threshold: 2 }],
        status: 200,
        bare: 'keys keys_base64 root_token',
        keep(body) {
          kept['hex'] = body.keys[0];
          kept['base64'] = body.keys_base64[2];
          kept['root'] = body.root_token;
        },
        ...onFolder,
      },
    ],
    'unseal with key in hex or base64, and reset': [
      {
        ask: ['PUT', 'sys/unseal', () => ({ key: recall('hex') })],
        status: 200,
        bare: SEAL_STATUS,
        like: { sealed: true, progress: 1, t: 2, n: 3 },
        ...onFolder,
      },
      {
        ask: ['POST', 'sys/unseal', { reset: true }],
        status: 200,
        like: { sealed: true, progress: 0 },
        ...onFolder,
      },
      {
        ask: ['POST', 'sys/unseal', () => ({ key: recall('base64') })],
        status: 200,
        like: { progress: 1 },
        ...onFolder,
      },
      {
        ask: ['POST', 'sys/unseal', () => ({ key: recall('hex') })],
        status: 200,
        bare: SEAL_STATUS + CLUSTER,
        like: { sealed: false, progress: 0 },
        ...onFolder,
      },
    ],
    leader: [
      {
        ask: ['GET', 'sys/leader'],
        status: 200,
        bare: 'active_time ha_enabled is_self leader_address leader_cluster_address performance_standby performance_standby_last_remote_wal',
      },
    ],
    seal: [
      done('PUT', 'sys/seal', undefined, { token: () => recall('root'), ...onFolder }),
      { ask: ['GET', 'sys/health'], status: 503, bare: HEALTH, ...onFolder },
    ],
  },

  Mounts: {
    'sys/mounts GET': [
      { ask: ['GET', 'sys/mounts'], status: 200, top: true, like: { 'secret/': { type: 'kv' } } },
    ],
    'sys/mounts/:p GET, POST and DELETE': [
      done('POST', 'sys/mounts/row', {
        type: 'kv-v2',
        description: 'a row',
        config: { max_lease_ttl: '90m' },
      }),
      ok('GET', 'sys/mounts/row', MOUNT, {
        top: true,
        like: { type: 'kv', options: { version: '2' }, config: { max_lease_ttl: 5400 } },
      }),
      done('POST', 'sys/mounts/plain', { type: 'kv' }),
      ok('GET', 'sys/mounts/plain', MOUNT, { like: { data: { type: 'kv', options: {} } } }),
      done('DELETE', 'sys/mounts/plain'),
      { ask: ['GET', 'sys/mounts/plain'], status: 400 },
    ],
    'sys/mounts/:p/tune GET and POST': [
      done('POST', 'sys/mounts/row/tune', { default_lease_ttl: '1h', description: 'tuned' }),
      ok('GET', 'sys/mounts/row/tune', 'default_lease_ttl description force_no_cache max_lease_ttl options', {
        top: true,
        like: {
          default_lease_ttl: 3600,
          max_lease_ttl: 5400,
          description: 'tuned',
          options: { version: '2' },
        },
      }),
      done('DELETE', 'sys/mounts/row'),
    ],
    'sys/auth GET': [
      { ask: ['GET', 'sys/auth'], status: 200, top: true, like: { 'token/': { type: 'token' } } },
    ],
    'sys/auth/:p GET, POST and DELETE': [
      done('POST', 'sys/auth/row', { type: 'userpass', config: { listing_visibility: 'unauth' } }),
      ok('GET', 'sys/auth/row', MOUNT, { like: { data: { type: 'userpass' } } }),
    ],
    'sys/auth/:p/tune GET and POST': [
      done('POST', 'sys/auth/row/tune', { max_lease_ttl: '2h' }),
      {
        ask: ['GET', 'sys/auth/row/tune'],
        status: 200,
        top: true,
        like: { max_lease_ttl: 7200, token_type: 'default-service' },
      },
    ],
    'internal/ui/mounts, with a token and as a stranger sees it': [
      ok('GET', 'sys/internal/ui/mounts', 'auth secret', {
        like: { data: { secret: { 'secret/': { type: 'kv', options: { version: '2' } } } } },
      }),
      ok('GET', 'sys/internal/ui/mounts/secret/row', `${MOUNT} path`, {
        like: { data: { path: 'secret/' } },
      }),
      ok('GET', 'sys/internal/ui/mounts', 'auth secret', {
        token: '',
        like: { data: { secret: {}, auth: { 'row/': { type: 'userpass', description: '', options: {} } } } },
      }),
      { ask: ['GET', 'sys/internal/ui/mounts/secret/row'], status: 403, token: '' },
      done('DELETE', 'sys/auth/row'),
    ],
  },

  Policy: {
    'sys/policy LIST, GET, PUT and DELETE (rules; the list has keys and policies)': [
      done('PUT', 'sys/policy/row', { rules: POLICY }),
      ok('GET', 'sys/policy/row', 'name rules', { top: true, like: { name: 'row', rules: POLICY } }),
      ok('LIST', 'sys/policy', 'keys policies', {
        top: true,
        like: { policies: expect.arrayContaining(['default', 'root', 'row']) },
      }),
      ok('GET', 'sys/policy', 'keys policies', { top: true }),
      done('DELETE', 'sys/policy/row'),
      { ask: ['GET', 'sys/policy/row'], status: 404 },
    ],
    'sys/policies/acl LIST, GET, PUT and DELETE (policy; data is exactly name and policy)': [
      done('PUT', 'sys/policies/acl/row', { policy: POLICY }),
      ok('GET', 'sys/policies/acl/row', 'name policy', { like: { data: { name: 'row', policy: POLICY } } }),
      ok('LIST', 'sys/policies/acl', 'keys'),
      done('DELETE', 'sys/policies/acl/row'),
    ],
    'capabilities-self, capabilities and capabilities-accessor': [
      send(
        'POST',
        'auth/token/create',
        { policies: ['shop'] },
        {
          keep(body) {
            kept['shop'] = body.auth.client_token;
            kept['shop accessor'] = body.auth.accessor;
          },
        },
      ),
      send(
        'POST',
        'sys/capabilities-self',
        { paths: ['secret/data/shop/a'] },
        {
          data: 'capabilities secret/data/shop/a',
          top: true,
          token: () => recall('shop'),
          like: { capabilities: ['create', 'delete', 'patch', 'read', 'update'] },
        },
      ),
      send(
        'POST',
        'sys/capabilities',
        () => ({ token: recall('shop'), paths: ['secret/data/x', 'kv1/shop'] }),
        {
          data: 'kv1/shop secret/data/x',
          top: true,
          like: { 'secret/data/x': ['deny'], 'kv1/shop': ['list'] },
        },
      ),
      send(
        'POST',
        'sys/capabilities-accessor',
        () => ({ accessor: recall('shop accessor'), path: 'kv1/shop' }),
        {
          data: 'capabilities kv1/shop',
          like: { capabilities: ['list'] },
        },
      ),
    ],
  },
};
