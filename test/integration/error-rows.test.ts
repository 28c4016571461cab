import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';
import { askRaw, type RawQuestion } from '../support/raw-http.ts';

/**
 * What goes wrong, in the words of the dialect's table: each row's situation, how it is brought about, and the answer to the
 * byte. `<…>` stands for what no two answers share.
 */
type Row = [string, string, RawQuestion | (() => RawQuestion), number, string];

const ROOT = 'root';
const DENIED = String.raw`{"errors":["1 error occurred:\n\t* permission denied\n\n"]}`;
const ANYTHING: Readonly<Record<string, string>> = {
  '<uuid>': '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
  '<vault>': '[0-9a-f]{32}',
  '<instant>': String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z`,
  '<seconds>': String.raw`\d{10}`,
};

let home: KwHome;
/** One that is open, one without a vault, one that is sealed. */
let open: string;
let empty: string;
let sealed: string;
const made = { poor: '', dead: '', deadAccessor: '', used: '', expired: '' };

const ask = (question: RawQuestion) => askRaw(open, question);
async function write(path: string, body: object, method = 'POST', headers = {}) {
  const answer = await ask({ method, path, token: ROOT, body: JSON.stringify(body), headers });
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  return answer.body === '' ? undefined : JSON.parse(answer.body);
}

beforeAll(async () => {
  home = makeKwHome();
  const passphrase = home.file('passphrase', 'correct horse\n');
  const folder = (name: string) => ['--vault', join(home.folder, name), '--backups', 'none'];
  const nowhere = ['--listen', '127.0.0.1:0', '--socket', join(home.folder, 'none.sock')];
  await home.kw(['init', '--vault', join(home.folder, 'made'), '--passphrase-file', passphrase]);
  const [first, second, third] = await Promise.all([
    home.serve(['--dev', '--dev-root-token-id', ROOT, ...nowhere]),
    home.serve([...folder('empty'), ...nowhere]),
    home.serve([...folder('made'), ...nowhere]),
  ]);
  open = first.address;
  empty = second.address;
  sealed = third.address;

  await write('sys/auth/approle', { type: 'approle' }).catch(() => undefined);
  await write('sys/auth/userpass', { type: 'userpass' });
  await write('auth/userpass/users/anna', { password: 'right' });
  await write('sys/auth/jwt', { type: 'jwt' });
  const { publicKey } = generateKeyPairSync('ed25519');
  await write('auth/jwt/config', {
    jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })],
  });
  await write('auth/jwt/role/ci', { role_type: 'jwt', user_claim: 'sub', bound_audiences: ['kw'] });
  await write('secret/data/deleted', { data: { a: 'b' } });
  await write('secret/data/deleted', {}, 'DELETE');
  await write('secret/data/destroyed', { data: { a: 'b' } });
  await write('secret/destroy/destroyed', { versions: [1] });
  await write('secret/metadata/destroyed', { custom_metadata: { team: 'blue' } });
  await write('sys/policies/acl/poor', { policy: 'path "secret/data/poor" { capabilities = ["read"] }' });
  const token = (terms: object) => write('auth/token/create', terms);
  made.poor = (await token({ policies: ['poor'], no_default_policy: true })).auth.client_token;
  const dead = (await token({ policies: ['poor'] })).auth;
  await write('auth/token/revoke', { token: dead.client_token });
  made.dead = dead.client_token;
  made.deadAccessor = dead.accessor;
  const wrapped = async (ttl: string) =>
    (await write('sys/wrapping/wrap', { a: 'b' }, 'POST', { 'X-Vault-Wrap-TTL': ttl })).wrap_info.token;
  made.used = await wrapped('1m');
  await write('sys/wrapping/unwrap', { token: made.used });
  made.expired = await wrapped('1s');
  await vi.waitFor(async () => {
    const lookup = {
      method: 'POST',
      path: 'sys/wrapping/lookup',
      body: JSON.stringify({ token: made.expired }),
    };
    expect((await ask(lookup)).status).toBe(400);
  }, 10_000);
});
afterAll(() => home?.remove());

const get = (path: string, token: string | undefined = ROOT): RawQuestion => ({ method: 'GET', path, token });
const bare = (method: string, path: string, body?: object): RawQuestion => ({
  method,
  path,
  ...(body && { body: JSON.stringify(body) }),
});
const post = (path: string, body: object): RawQuestion => ({ ...bare('POST', path, body), token: ROOT });

const ROWS: readonly Row[] = [
  ['Missing token', 'no header', bare('GET', 'secret/data/a'), 403, '{"errors":["permission denied"]}'],
  ['Missing token', 'an empty header', get('secret/data/a', ''), 403, '{"errors":["permission denied"]}'],
  [
    'Unknown token',
    'as X-Vault-Token',
    get('secret/data/a', 'hvs.none'),
    403,
    '{"errors":["permission denied"]}',
  ],
  [
    'Unknown token',
    'as Authorization: Bearer',
    { method: 'GET', path: 'secret/data/a', headers: { Authorization: 'Bearer hvs.none' } },
    403,
    '{"errors":["permission denied"]}',
  ],
  [
    'Unknown token',
    'that was revoked',
    () => get('secret/data/a', made.dead),
    403,
    '{"errors":["permission denied"]}',
  ],
  [
    'Unauthenticated call to an unmounted path',
    'GET',
    bare('GET', 'nowhere/a'),
    403,
    '{"errors":["permission denied"]}',
  ],
  [
    'Unauthenticated call to an unmounted path',
    'LIST',
    bare('LIST', 'nowhere'),
    403,
    '{"errors":["permission denied"]}',
  ],
  [
    'Unauthenticated call to an unmounted path',
    'POST',
    bare('POST', 'nowhere/a', {}),
    403,
    '{"errors":["permission denied"]}',
  ],

  ['Policy denial', 'a read', () => get('secret/data/a', made.poor), 403, DENIED],
  ['Policy denial', 'a LIST', () => ({ ...bare('LIST', 'secret/metadata'), token: made.poor }), 403, DENIED],
  [
    'Policy denial',
    'a write',
    () => ({ ...post('secret/data/poor', { data: {} }), token: made.poor }),
    403,
    DENIED,
  ],
  ['Policy denial', 'an unmounted path', () => get('nowhere/a', made.poor), 403, DENIED],
  ['Policy denial', 'a path of sys', () => get('sys/mounts', made.poor), 403, DENIED],

  [
    'Lookup of a dead token',
    'by token',
    () => post('auth/token/lookup', { token: made.dead }),
    403,
    '{"errors":["bad token"]}',
  ],
  [
    'Lookup of a dead token',
    'by accessor',
    () => post('auth/token/lookup-accessor', { accessor: made.deadAccessor }),
    400,
    '{"errors":["invalid accessor"]}',
  ],

  ['Missing item', 'KV 2', get('secret/data/none'), 404, '{"errors":[]}'],
  ['Missing item', 'a policy', get('sys/policies/acl/none'), 404, '{"errors":[]}'],
  ['Missing item', 'an AppRole', get('auth/approle/role/none'), 404, '{"errors":[]}'],
  ['Missing item', 'a user', get('auth/userpass/users/none'), 404, '{"errors":[]}'],
  ['Missing item', 'of a cubbyhole', get('cubbyhole/none'), 404, '{"errors":[]}'],
  ['Empty LIST', 'LIST', { ...bare('LIST', 'secret/metadata/none'), token: ROOT }, 404, '{"errors":[]}'],
  ['Empty LIST', 'GET ?list=true', get('secret/metadata/none?list=true'), 404, '{"errors":[]}'],
  [
    'Empty LIST',
    'when wrapping',
    { ...bare('LIST', 'secret/metadata/none'), token: ROOT, headers: { 'X-Vault-Wrap-TTL': '60' } },
    404,
    '{"errors":[]}',
  ],

  [
    'No mount (authenticated)',
    'read',
    get('x'),
    404,
    String.raw`{"errors":["no handler for route \"x\". route entry not found."]}`,
  ],
  [
    'No mount (authenticated)',
    'write',
    post('nowhere/a', {}),
    404,
    String.raw`{"errors":["no handler for route \"nowhere/a\". route entry not found."]}`,
  ],

  [
    'Deleted KV v2 version',
    'the full envelope, data.data null, metadata',
    get('secret/data/deleted'),
    404,
    '{"request_id":"<uuid>","lease_id":"","renewable":false,"lease_duration":0,"data":{"data":null,"metadata":' +
      '{"created_time":"<instant>","custom_metadata":null,"deletion_time":"<instant>","destroyed":false,"version":1}},' +
      '"wrap_info":null,"warnings":null,"auth":null}',
  ],
  [
    'Destroyed KV v2 version',
    'the full envelope, data.data null, metadata',
    get('secret/data/destroyed?version=1'),
    404,
    '{"request_id":"<uuid>","lease_id":"","renewable":false,"lease_duration":0,"data":{"data":null,"metadata":' +
      '{"created_time":"<instant>","custom_metadata":{"team":"blue"},"deletion_time":"","destroyed":true,"version":1}},' +
      '"wrap_info":null,"warnings":null,"auth":null}',
  ],

  [
    'Bad login',
    'approle',
    bare('POST', 'auth/approle/login', { role_id: 'x', secret_id: 'y' }),
    400,
    '{"errors":["invalid role or secret ID"]}',
  ],
  [
    'Bad login',
    'userpass, a wrong password',
    bare('POST', 'auth/userpass/login/anna', { password: 'wrong' }),
    400,
    '{"errors":["invalid username or password"]}',
  ],
  [
    'Bad login',
    'userpass, nobody of that name',
    bare('POST', 'auth/userpass/login/nobody', { password: 'wrong' }),
    400,
    '{"errors":["invalid username or password"]}',
  ],
  [
    'Bad login',
    'jwt, signed by somebody else',
    bare('POST', 'auth/jwt/login', { role: 'ci', jwt: 'eyJhbGciOiJFZERTQSJ9.e30.AAAA' }),
    400,
    '{"errors":["error validating token: no known key successfully validated it"]}',
  ],

  [
    'Used wrapping token',
    'unwrap',
    () => bare('POST', 'sys/wrapping/unwrap', { token: made.used }),
    400,
    '{"errors":["wrapping token is not valid or does not exist"]}',
  ],
  [
    'Used wrapping token',
    'unwrap by header',
    () => ({ ...bare('PUT', 'sys/wrapping/unwrap'), token: made.used }),
    400,
    '{"errors":["wrapping token is not valid or does not exist"]}',
  ],
  [
    'Used wrapping token',
    'lookup',
    () => bare('POST', 'sys/wrapping/lookup', { token: made.used }),
    400,
    '{"errors":["wrapping token is not valid or does not exist"]}',
  ],
  [
    'Used wrapping token',
    'rewrap',
    () => bare('POST', 'sys/wrapping/rewrap', { token: made.used }),
    400,
    '{"errors":["wrapping token is not valid or does not exist"]}',
  ],
  [
    'Expired wrapping token',
    'unwrap',
    () => bare('POST', 'sys/wrapping/unwrap', { token: made.expired }),
    400,
    '{"errors":["wrapping token is not valid or does not exist"]}',
  ],

  [
    'Mount path taken',
    'a secrets engine',
    post('sys/mounts/secret', { type: 'kv' }),
    400,
    '{"errors":["path is already in use at secret/"]}',
  ],
  [
    'Mount path taken',
    'an auth method',
    post('sys/auth/userpass', { type: 'userpass' }),
    400,
    '{"errors":["path is already in use at userpass/"]}',
  ],

  [
    'Write to path ending /',
    'POST',
    post('secret/data/a/', { data: {} }),
    400,
    `{"errors":["cannot write to a path ending in '/'"]}`,
  ],
  [
    '.. in path',
    'as it is',
    get('secret/data/../a'),
    400,
    '{"errors":["path cannot contain parent references"]}',
  ],
  [
    '.. in path',
    'percent-encoded',
    get('secret/data/%2e%2e%2fa'),
    400,
    '{"errors":["path cannot contain parent references"]}',
  ],

  [
    'Unsupported op',
    'a path',
    { ...bare('DELETE', 'sys/seal'), token: ROOT },
    405,
    '{"errors":["unsupported operation"]}',
  ],
  [
    'Unsupported op',
    'a verb',
    { ...bare('OPTIONS', 'secret/data/a'), token: ROOT },
    405,
    '{"errors":["unsupported operation"]}',
  ],
  [
    'Unsupported op',
    'an open endpoint',
    bare('DELETE', 'sys/health'),
    405,
    '{"errors":["unsupported operation"]}',
  ],
  [
    'sys/init twice',
    'PUT',
    bare('PUT', 'sys/init', { secret_shares: 1, secret_threshold: 1 }),
    400,
    '{"errors":["Vault is already initialized"]}',
  ],
  [
    'sys/init twice',
    'POST',
    bare('POST', 'sys/init', {}),
    400,
    '{"errors":["Vault is already initialized"]}',
  ],

  [
    'A body that is no JSON',
    'POST',
    { method: 'POST', path: 'secret/data/a', token: ROOT, body: '{"data":' },
    400,
    '{"errors":["error parsing JSON"]}',
  ],
  [
    'PATCH of another type',
    '415',
    {
      method: 'PATCH',
      path: 'secret/data/a',
      token: ROOT,
      headers: { 'Content-Type': 'text/plain' },
      body: '{}',
    },
    415,
    '{"errors":["PATCH requires Content-Type of application/merge-patch+json"]}',
  ],
  [
    'Unknown namespace',
    '404',
    { ...get('secret/data/a'), headers: { 'X-Vault-Namespace': 'team' } },
    404,
    '{"errors":["namespace not found"]}',
  ],
];

async function expectAnswer(address: string, question: RawQuestion, status: number, body: string) {
  const answer = await askRaw(address, question);
  expect([answer.status, answer.body]).toEqual([status, expect.stringMatching(exactly(body))]);
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/json' });
  expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.body)));
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
}

/** The text itself, but for its placeholders. */
function exactly(text: string): RegExp {
  const parts = text.split(/(<\w+>)/);
  const source = parts.map((part) => ANYTHING[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${source.join('')}$`);
}

describe('each row of the table of errors, to the byte', () => {
  test.each(ROWS)('%s: %s', async (_row, _how, make, status, body) => {
    await expectAnswer(open, typeof make === 'function' ? make() : make, status, body);
  });
});

describe('Sealed, checked before auth', () => {
  const SEALED = '{"errors":["Vault is sealed"]}';
  test.each<[string, RawQuestion]>([
    ['without a token', bare('GET', 'secret/data/a')],
    ['with a token that may be one', get('secret/data/a')],
    ['at an unmounted path', get('nowhere')],
    ['a LIST', bare('LIST', 'secret/metadata')],
    ['a login', bare('POST', 'auth/approle/login', { role_id: 'x' })],
    ['an unsupported op', bare('OPTIONS', 'secret/data/a')],
    ['a write to a folder', bare('POST', 'secret/data/a/', {})],
    ['a body that is no JSON', { method: 'POST', path: 'secret/data/a', body: '{' }],
    ['sys/seal', post('sys/seal', {})],
  ])('%s', async (_how, question) => {
    await expectAnswer(sealed, question, 503, SEALED);
  });

  test('without a vault it says the same', async () => {
    await expectAnswer(empty, get('secret/data/a'), 503, SEALED);
  });
});

describe('health', () => {
  const body = (initialized: boolean, isSealed: boolean) => {
    const replication = isSealed ? 'unknown' : 'disabled';
    const cluster = isSealed ? '' : ',"cluster_name":"keywarden","cluster_id":"<vault>"';
    return (
      `{"initialized":${initialized},"sealed":${isSealed},"standby":${isSealed},"performance_standby":false,` +
      `"replication_performance_mode":"${replication}","replication_dr_mode":"${replication}",` +
      `"server_time_utc":<seconds>,"version":"1.15.6"${cluster}}`
    );
  };
  type Case = [string, () => string, string, number, boolean, boolean];
  const CASES: readonly Case[] = [
    ['200 active', () => open, '', 200, true, false],
    ['501 uninit', () => empty, '', 501, false, true],
    ['503 sealed', () => sealed, '', 503, true, true],
    ['activecode', () => open, '?activecode=201', 201, true, false],
    ['uninitcode', () => empty, '?uninitcode=200', 200, false, true],
    ['sealedcode', () => sealed, '?sealedcode=299', 299, true, true],
    ['standbyok, which is nothing to an active one', () => open, '?standbyok=true', 200, true, false],
    ['standbyok does not hide a seal', () => sealed, '?standbyok=true', 503, true, true],
    [
      'codes of states that we never have',
      () => open,
      '?standbycode=1&drsecondarycode=2&performancestandbycode=3',
      200,
      true,
      false,
    ],
    [
      'several, of which one fits',
      () => sealed,
      '?activecode=201&sealedcode=202&uninitcode=203',
      202,
      true,
      true,
    ],
  ];
  test.each(CASES)('%s', async (_what, address, query, status, initialized, isSealed) => {
    await expectAnswer(address(), bare('GET', `sys/health${query}`), status, body(initialized, isSealed));
  });

  test.each(CASES)('%s, by HEAD: the same without a body', async (_what, address, query, status) => {
    const answer = await askRaw(address(), bare('HEAD', `sys/health${query}`));
    expect([answer.status, answer.body]).toEqual([status, '']);
  });
});
