import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodeVault from 'node-vault';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';
import { didNotRun, findPython, runProgram } from './compat/run-python.ts';

const folder = mkdtempSync(join(tmpdir(), 'keywarden-cert-login-'));
const file = (name: string) => join(folder, name);
const pem = (name: string) => readFileSync(file(name), 'utf8');

/** A key and a certificate as openssl makes them. */
function issue(name: string, subject: string, extensions: string, by?: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  writeFileSync(file(`${name}.ext`), extensions);
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    file(`${name}.key`),
  ];
  openssl('req', '-new', ...key, '-subj', subject, '-out', file(`${name}.csr`));
  const signer =
    by === undefined
      ? ['-signkey', file(`${name}.key`)]
      : ['-CA', file(`${by}.pem`), '-CAkey', file(`${by}.key`), '-CAcreateserial'];
  const out = ['-days', '30', '-extfile', file(`${name}.ext`), '-out', file(`${name}.pem`)];
  openssl('x509', '-req', '-in', file(`${name}.csr`), ...signer, ...out);
}

let home: KwHome;
let address: string;
beforeAll(async () => {
  const authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign';
  issue('ca', '/CN=Team CA', authority);
  issue('stranger-ca', '/CN=Team CA', authority);
  issue('server', '/CN=keywarden', 'subjectAltName=IP:127.0.0.1,DNS:localhost', 'ca');
  const client = 'extendedKeyUsage=clientAuth\nsubjectAltName=DNS:build-7.internal';
  issue('job', '/CN=build-7', client, 'ca');
  issue('forged', '/CN=build-7', client, 'stranger-ca');
  home = makeKwHome();
  const tls = ['--tls-cert', file('server.pem'), '--tls-key', file('server.key')];
  const served = await home.serve([
    '--dev',
    '--dev-root-token-id',
    'root',
    '--listen',
    '127.0.0.1:0',
    ...tls,
  ]);
  address = served.address;
  const root = connectAs('root');
  await root.enableAuth({ mount_point: 'cert', type: 'cert' });
  await root.write('auth/cert/certs/jobs', {
    certificate: pem('ca.pem'),
    allowed_dns_sans: '*.internal',
    token_policies: 'deploy',
    token_ttl: '10m',
  });
  await root.addPolicy({ name: 'deploy', policy: 'path "secret/data/deploy" { capabilities = ["read"] }' });
  await root.write('secret/data/deploy', { data: { key: 'canary' } });
});
afterAll(async () => {
  await home?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** node-vault over TLS, with a certificate of its own where one is named. */
function connectAs(token: string, certificate?: string) {
  const own =
    certificate === undefined ? {} : { cert: pem(`${certificate}.pem`), key: pem(`${certificate}.key`) };
  return nodeVault({ endpoint: address, token, requestOptions: { ca: pem('ca.pem'), ...own } });
}

const REFUSED = 'invalid certificate or no client certificate supplied';

describe('a login with a certificate, over a real TLS connection', () => {
  test('gives an unmodified node-vault a token that does what the role says', async () => {
    expect(address).toMatch(/^https:/);
    const job = connectAs('', 'job');
    const { auth } = await job.write('auth/cert/login', { name: 'jobs' });
    expect(auth).toMatchObject({
      policies: ['default', 'deploy'],
      lease_duration: 600,
      metadata: { cert_name: 'jobs', common_name: 'build-7' },
    });
    const reader = connectAs(auth.client_token);
    expect((await reader.read('secret/data/deploy')).data.data).toEqual({ key: 'canary' });
    await expect(reader.read('secret/data/other')).rejects.toMatchObject({ response: { statusCode: 403 } });
  });

  test.each([
    ['signed by another authority of the same name', 'forged'],
    ['of the server itself', 'server'],
  ])('is refused for one %s', async (_what, certificate) => {
    await expect(connectAs('', certificate).write('auth/cert/login', {})).rejects.toMatchObject({
      message: REFUSED,
      response: { statusCode: 400 },
    });
  });

  test('is refused without one, also on a connection that comes after one with it', async () => {
    await connectAs('', 'job').write('auth/cert/login', {});
    await expect(connectAs('').write('auth/cert/login', {})).rejects.toThrow(REFUSED);
  });

  test('belongs to the connection: what it carries is asked as its holder for as long as it is open', async () => {
    const agent = new Agent({
      keepAlive: true,
      maxSockets: 1,
      ca: pem('ca.pem'),
      cert: pem('job.pem'),
      key: pem('job.key'),
    });
    const vault = nodeVault({ endpoint: address, token: '', requestOptions: { httpsAgent: agent } });
    for (let times = 0; times < 3; times += 1) {
      expect((await vault.write('auth/cert/login', {})).auth.metadata.common_name).toBe('build-7');
    }
    agent.destroy();
  });

  test('kw writes to a secret of the job with the token that it gave', async () => {
    const { auth } = await connectAs('', 'job').write('auth/cert/login', {});
    const env = { VAULT_ADDR: address, VAULT_CACERT: file('ca.pem'), VAULT_TOKEN: auth.client_token };
    expect(await home.kw(['read', 'secret/deploy', '--field', 'key'], { env })).toMatchObject({
      code: 0,
      stdout: 'canary',
    });
  });
});

const python = findPython('hvac');
if (python === undefined) didNotRun('hvac', 'python3-hvac');
else {
  test('gives Debian’s hvac, unmodified, a token', async () => {
    const script = [
      'import hvac, os',
      'client = hvac.Client(url=os.environ["A"], verify=os.environ["CA"], cert=(os.environ["C"], os.environ["K"]))',
      'client.auth.cert.login(name="jobs")',
      'print(client.auth.token.lookup_self()["data"]["meta"]["common_name"])',
    ].join('\n');
    const env = { A: address, CA: file('ca.pem'), C: file('job.pem'), K: file('job.key') };
    expect((await runProgram(python, ['-c', script], env)).trim()).toBe('build-7');
  });
}
