import { type Areas, done, ok, PATCH, send, VERSION } from './step.ts';

/** KV 1 and KV 2. */
export const ROWS_OF_SECRETS: Areas = {
  'KV v1': {
    'GET, POST, PUT, DELETE and LIST': [
      done('POST', 'kv1/row/a', { a: '1' }),
      done('PUT', 'kv1/row/a', { a: '2', ttl: '1h' }),
      ok('GET', 'kv1/row/a', 'a ttl', { like: { data: { a: '2' }, lease_id: '', lease_duration: 3600 } }),
      done('POST', 'kv1/row/b', { b: 'c' }),
      ok('GET', 'kv1/row/b', 'b', { like: { lease_duration: 2764800 } }),
      ok('LIST', 'kv1/row', 'keys', { like: { data: { keys: ['a', 'b'] } } }),
      ok('LIST', 'kv1', 'keys', { like: { data: { keys: ['row/'] } } }),
      done('DELETE', 'kv1/row/a'),
      { ask: ['GET', 'kv1/row/a'], status: 404 },
    ],
  },

  'KV v2': {
    config: [
      done('POST', 'secret/config', { max_versions: 9, delete_version_after: '3h25m19s' }),
      ok('GET', 'secret/config', 'cas_required delete_version_after max_versions', {
        like: { data: { max_versions: 9, delete_version_after: '3h25m19s', cas_required: false } },
      }),
      done('POST', 'secret/config', { delete_version_after: '0s' }),
    ],
    'data GET with version, POST, PATCH and DELETE': [
      send(
        'POST',
        'secret/data/rows/a',
        { options: { cas: 0 }, data: { a: '1' } },
        { data: VERSION, like: { data: { version: 1 } } },
      ),
      send('PUT', 'secret/data/rows/a', { options: { cas: 1 }, data: { a: '2' } }, { data: VERSION }),
      send(
        'PATCH',
        'secret/data/rows/a',
        { data: { b: '3', a: null } },
        { headers: PATCH, like: { data: { version: 3 } } },
      ),
      ok('GET', 'secret/data/rows/a?version=0', 'data metadata', {
        like: { data: { data: { b: '3' }, metadata: { version: 3 } } },
      }),
      ok('GET', 'secret/data/rows/a?version=1', 'data metadata', { like: { data: { data: { a: '1' } } } }),
      done('DELETE', 'secret/data/rows/a'),
      {
        ask: ['GET', 'secret/data/rows/a'],
        status: 404,
        data: 'data metadata',
        like: { data: { data: null } },
      },
      { ask: ['PATCH', 'secret/data/rows/none', { data: {} }], status: 404, headers: PATCH },
    ],
    'delete, undelete and destroy': [
      done('POST', 'secret/undelete/rows/a', { versions: [3] }),
      done('POST', 'secret/delete/rows/a', { versions: [1, 2] }),
      {
        ask: ['GET', 'secret/data/rows/a?version=2'],
        status: 404,
        like: { data: { metadata: { destroyed: false } } },
      },
      done('PUT', 'secret/undelete/rows/a', { versions: ['2'] }),
      ok('GET', 'secret/data/rows/a?version=2', 'data metadata'),
      done('PUT', 'secret/destroy/rows/a', { versions: [1] }),
      {
        ask: ['GET', 'secret/data/rows/a?version=1'],
        status: 404,
        like: { data: { metadata: { destroyed: true } } },
      },
      done('PUT', 'secret/destroy/rows/none', { versions: [1] }),
    ],
    'metadata GET, POST, PATCH, DELETE and LIST': [
      done('POST', 'secret/metadata/rows/a', {
        max_versions: 5,
        custom_metadata: { team: 'blue', by: 'anna' },
      }),
      done('PATCH', 'secret/metadata/rows/a', { custom_metadata: { by: null } }, { headers: PATCH }),
      ok(
        'GET',
        'secret/metadata/rows/a',
        'cas_required created_time current_version custom_metadata delete_version_after max_versions oldest_version updated_time versions',
        {
          like: {
            data: {
              max_versions: 5,
              custom_metadata: { team: 'blue' },
              versions: { '3': { destroyed: false } },
              delete_version_after: '0s',
            },
          },
        },
      ),
      ok('LIST', 'secret/metadata/rows', 'keys', { like: { data: { keys: ['a'] } } }),
      ok('LIST', 'secret/metadata', 'keys', { like: { data: { keys: ['row', 'rows/'] } } }),
    ],
    subkeys: [
      ok('GET', 'secret/subkeys/rows/a', 'metadata subkeys', { like: { data: { subkeys: { b: null } } } }),
      ok('GET', 'secret/subkeys/rows/a?version=3&depth=1', 'metadata subkeys'),
      done('DELETE', 'secret/metadata/rows/a'),
      { ask: ['GET', 'secret/metadata/rows/a'], status: 404 },
    ],
  },
};
