import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type CoreWorld, openCoreWorld } from './support/core-world.ts';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ED = generateKeyPairSync('ed25519');
const OTHER = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: KeyObject) => String(key.export({ type: 'spki', format: 'pem' }));

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
  await write('sys/auth/jwt', { type: 'jwt' });
  await write('auth/jwt/config', {
    jwt_validation_pubkeys: [RSA, EC, ED].map(({ publicKey }) => pem(publicKey)),
    bound_issuer: 'https://ci',
  });
  await write('auth/jwt/role/deploy', ROLE);
});

const ROLE = {
  role_type: 'jwt',
  user_claim: 'sub',
  bound_audiences: ['keywarden'],
  token_policies: 'deployer',
  token_ttl: '10m',
};

const write = (path: string, data: Record<string, unknown>) => world.ask(world.root, 'update', path, data);
const seconds = () => Math.floor(world.clock.now() / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = (more: Record<string, unknown> = {}) => ({
  iss: 'https://ci',
  sub: 'project-7',
  aud: 'keywarden',
  iat: seconds(),
  exp: seconds() + 300,
  ...more,
});

function makeJwt(body: unknown, alg = 'RS256', header: Record<string, unknown> = {}): string {
  const signed = `${part({ alg, ...header })}.${part(body)}`;
  const bytes = Buffer.from(signed);
  const signature =
    alg === 'RS256'
      ? sign('sha256', bytes, RSA.privateKey)
      : alg === 'PS256'
        ? sign('sha256', bytes, { key: RSA.privateKey, padding: 6, saltLength: 32 })
        : alg === 'ES256'
          ? sign('sha256', bytes, { key: EC.privateKey, dsaEncoding: 'ieee-p1363' })
          : sign(null, bytes, ED.privateKey);
  return `${signed}.${signature.toString('base64url')}`;
}

const login = (jwt: string, role = 'deploy') => world.ask('', 'update', 'auth/jwt/login', { role, jwt });

describe('a JWT login', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('with %s gets what its role says', async (alg) => {
    const { envelope } = await login(makeJwt(claims(), alg));
    expect(envelope?.auth).toMatchObject({
      policies: ['default', 'deployer'],
      lease_duration: 600,
      metadata: { role: 'deploy' },
    });
    expect(
      await world.data(world.root, 'read', `identity/entity/id/${envelope?.auth?.entity_id}`),
    ).toMatchObject({
      aliases: [{ name: 'project-7' }],
    });
  });

  it.each([
    ['for somebody else', { aud: 'other' }],
    ['for nobody', { aud: undefined }],
    ['by another issuer', { iss: 'https://evil' }],
    ['that has expired', { exp: 1_000 }],
    ['of the future', { nbf: 99_999_999_999 }],
    ['without any time', { exp: undefined, iat: undefined }],
    ['with a time that is none', { exp: 'never' }],
    ['without its user', { sub: undefined }],
    ['whose user is no text', { sub: { a: 1 } }],
  ])('is refused for a token %s', async (_what, more) => {
    expect(await world.why(login(makeJwt(claims(more))))).toMatch(/^login-failed/);
  });

  it('is refused for whatever nobody here has signed', async () => {
    const good = makeJwt(claims());
    const [head, body, signature] = good.split('.');
    const hmac = `${part({ alg: 'HS256' })}.${part(claims())}`;
    const forged = createHmac('sha256', pem(RSA.publicKey)).update(hmac).digest('base64url');
    const foreign = `${part({ alg: 'RS256' })}.${part(claims())}`;
    for (const jwt of [
      `${head}.${part(claims({ sub: 'admin' }))}.${signature}`,
      `${part({ alg: 'none' })}.${body}.`,
      `${part({ alg: 'none' })}.${body}.AA`,
      `${part({ alg: 'constructor' })}.${body}.AA`,
      `${part({ alg: 'ES256' })}.${body}.${signature}`,
      `${part({ alg: 'RS256', crit: ['exp'] })}.${body}.${signature}`,
      `${hmac}.${forged}`,
      `${foreign}.${sign('sha256', Buffer.from(foreign), OTHER.privateKey).toString('base64url')}`,
      'a.b.c',
      'nonsense',
      `${good}.more`,
    ]) {
      expect(await world.why(login(jwt))).toMatch(/^login-failed/);
      world.clock.advance(15 * 60_000);
    }
  });

  it('is refused by a role that is not for it: of type oidc, or nobody', async () => {
    await write('auth/jwt/role/person', { user_claim: 'sub', bound_audiences: 'keywarden' });
    expect(await world.why(login(makeJwt(claims()), 'person'))).toBe(
      'invalid-request: role with oidc role_type is not allowed',
    );
    expect(await world.why(login(makeJwt(claims()), 'nobody'))).toMatch(/could not be found/);
    expect(await world.why(login(makeJwt(claims()), ''))).toBe('invalid-request: missing role');
  });

  it('with an audience needs a role that names one', async () => {
    await write('auth/jwt/role/deploy', { ...ROLE, bound_audiences: [], bound_subject: 'project-7' });
    expect(await world.why(login(makeJwt(claims())))).toMatch(/no audiences bound to the role/);
    expect((await login(makeJwt(claims({ aud: undefined })))).status).toBe(200);
  });

  it('must bring every bound claim, by value, by glob, by pointer', async () => {
    await write('auth/jwt/role/deploy', {
      ...ROLE,
      bound_claims_type: 'glob',
      bound_claims: { ref: ['main', 'release/*'], '/project/id': 7 },
      claim_mappings: { ref: 'branch' },
    });
    const tryWith = (more: Record<string, unknown>) => login(makeJwt(claims(more)));
    const { envelope } = await tryWith({ ref: 'release/1', project: { id: 7 } });
    expect(envelope?.auth?.metadata).toEqual({ role: 'deploy', branch: 'release/1' });
    for (const more of [
      { ref: 'feature', project: { id: 7 } },
      { ref: 'main', project: { id: 8 } },
      { ref: 'main' },
      { project: { id: 7 } },
    ]) {
      expect(await world.why(tryWith(more))).toMatch(/claim "/);
    }
  });
});

describe('the keys of a JWT mount', () => {
  it('are named in exactly one way', async () => {
    const config = (data: Record<string, unknown>) =>
      world.refusal(world.root, 'update', 'auth/jwt/config', data);
    expect(await config({})).toMatch(/exactly one of/);
    expect(await config({ jwks_url: 'http://x', jwt_validation_pubkeys: pem(RSA.publicKey) })).toMatch(
      /exactly one/,
    );
    expect(await config({ jwt_validation_pubkeys: 'no key' })).toMatch(/error parsing public key/);
    expect(await config({ jwks_url: 'file:///etc/passwd' })).toMatch(/http or https/);
    expect(await config({ oidc_discovery_url: 'https://x' })).toMatch(/not supported/);
    expect(
      await world.refusal(world.root, 'update', 'auth/jwt/role/r', { user_claim: 'sub', role_type: 'jwt' }),
    ).toMatch(/at least one bound constraint/);
  });

  it('are fetched once, and again when a token names one that is new', async () => {
    let keys = [{ ...RSA.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }];
    let fetched = 0;
    let status = 200;
    const server = createServer((_request, response) => {
      fetched += 1;
      response.writeHead(status).end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    await write('auth/jwt/config', { jwks_url: url });
    const one = () => login(makeJwt(claims(), 'RS256', { kid: 'one' }));
    await Promise.all([one(), one(), one()]);
    await one();
    expect(fetched).toBe(1);

    const two = () => login(makeJwt(claims(), 'EdDSA', { kid: 'two' }));
    expect(await world.why(two())).toMatch(/no known key/);
    expect(fetched).toBe(1);
    keys = [...keys, { ...ED.publicKey.export({ format: 'jwk' }), kid: 'two', alg: 'EdDSA', use: 'sig' }];
    world.clock.advance(10_000);
    expect((await two()).status).toBe(200);
    expect(fetched).toBe(2);

    status = 500;
    world.clock.advance(5 * 60_000);
    expect(await world.why(one())).toBe('login-failed: error fetching the JWKS');
  });
});
