import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

let world: CoreWorld;
let folder: string;
const made: Record<string, string> = {};

/** Certificates as openssl makes them: good for ten years around the tests' clock. */
function make(name: string, subject: string, extensions: string, by?: string): void {
  const file = (end: string) => join(folder, `${name}.${end}`);
  writeFileSync(file('ext'), extensions);
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  run(
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    subject,
    '-keyout',
    file('key'),
    '-out',
    file('csr'),
  );
  const signer =
    by === undefined
      ? ['-signkey', file('key')]
      : ['-CA', join(folder, `${by}.pem`), '-CAkey', join(folder, `${by}.key`), '-CAcreateserial'];
  run(
    'x509',
    '-req',
    '-in',
    file('csr'),
    ...signer,
    '-days',
    '3650',
    '-extfile',
    file('ext'),
    '-out',
    file('pem'),
  );
  made[name] = readFileSync(file('pem'), 'utf8');
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keywarden-cert-'));
  const authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign';
  make('ca', '/CN=Team CA', authority);
  make('foreign', '/CN=Team CA', authority);
  make(
    'web',
    '/CN=web-1/OU=shop',
    'subjectAltName=DNS:web.internal,email:ops@team.example,URI:spiffe://team/web\nextendedKeyUsage=clientAuth',
    'ca',
  );
  make('server', '/CN=web-1', 'extendedKeyUsage=serverAuth', 'ca');
  make('forged', '/CN=web-1', 'extendedKeyUsage=clientAuth', 'foreign');
  make('own', '/CN=lonely', 'basicConstraints=CA:FALSE');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  world = await openCoreWorld();
  // The certificates begin now, by the wall clock.
  world.clock.advance(Math.max(0, Date.now() + 60_000 - world.clock.now()));
  await write('sys/auth/cert', { type: 'cert' });
  await write('auth/cert/certs/Web', { certificate: made['ca'], token_policies: 'web' });
});

const write = (path: string, data: Record<string, unknown>) => world.ask(world.root, 'update', path, data);
const login = (name: string, data: Record<string, unknown> = {}) =>
  world.send('', 'update', 'auth/cert/login', data, {
    clientCertificate: new Uint8Array(new X509Certificate(made[name] ?? '').raw),
  });
const REFUSED = 'login-failed: invalid certificate or no client certificate supplied';

describe('a login with a TLS certificate', () => {
  it('of the authority that a role names gets what the role gives', async () => {
    const { envelope } = await login('web');
    expect(envelope?.auth).toMatchObject({
      policies: ['default', 'web'],
      metadata: { cert_name: 'web', common_name: 'web-1' },
    });
    expect(envelope?.auth?.entity_id).not.toBe('');
  });

  it.each([
    ['that another authority of the same name has signed', 'forged'],
    ['for servers', 'server'],
    ['of nobody that we know', 'own'],
    ['of the authority itself', 'ca'],
  ])('is refused for one %s', async (_what, name) => {
    expect(await world.why(login(name))).toBe(REFUSED);
  });

  it('is refused without one, with rubbish, and when it has expired', async () => {
    expect(await world.refusal('', 'update', 'auth/cert/login', {})).toBe(REFUSED);
    const rubbish = world.send('', 'update', 'auth/cert/login', {}, { clientCertificate: new Uint8Array(9) });
    expect(await world.why(rubbish)).toBe(REFUSED);
    world.clock.advance(3700 * 86_400_000);
    expect(await world.why(login('web'))).toBe(REFUSED);
  });

  it('knows one certificate by itself', async () => {
    await write('auth/cert/certs/one', { certificate: made['own'] });
    expect((await login('own')).envelope?.auth?.metadata).toMatchObject({ cert_name: 'one' });
    expect(await world.why(login('own', { name: 'web' }))).toBe(REFUSED);
    expect((await login('own', { name: 'ONE' })).status).toBe(200);
  });

  it.each([
    [{ allowed_names: 'web-*' }, true],
    [{ allowed_names: ['*.internal'] }, true],
    [{ allowed_names: 'db-*' }, false],
    [{ allowed_common_names: 'web-1' }, true],
    [{ allowed_common_names: 'web.internal' }, false],
    [{ allowed_dns_sans: 'web.internal', allowed_organizational_units: 'shop' }, true],
    [{ allowed_dns_sans: 'web.internal', allowed_organizational_units: 'bank' }, false],
    [{ allowed_email_sans: '*@team.example' }, true],
    [{ allowed_uri_sans: 'spiffe://team/*' }, true],
    [{ allowed_uri_sans: 'spiffe://other/*' }, false],
  ])('with the names %j wanted is let in: %s', async (names, allowed) => {
    await write('auth/cert/certs/web', names);
    if (allowed) expect((await login('web')).status).toBe(200);
    else expect(await world.why(login('web'))).toBe(REFUSED);
  });
});

it('certificate roles are read, listed, deleted, and hold certificates alone', async () => {
  expect(await world.data(world.root, 'read', 'auth/cert/certs/web')).toMatchObject({
    certificate: made['ca'],
    token_policies: ['web'],
    display_name: 'web',
  });
  expect(await world.data(world.root, 'list', 'auth/cert/certs')).toEqual({ keys: ['web'] });
  expect(await world.refusal(world.root, 'update', 'auth/cert/certs/x', { certificate: 'no' })).toMatch(
    /failed to parse certificate/,
  );
  await world.ask(world.root, 'delete', 'auth/cert/certs/web');
  expect(await world.why(login('web'))).toBe(REFUSED);
});
