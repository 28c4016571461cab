import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type CoreWorld, openCoreWorld, rest } from './support/core-world.ts';

let world: CoreWorld;
beforeEach(async () => {
  world = await openCoreWorld();
});

interface Rehearsal {
  readonly tokens: readonly { readonly accessor: string }[];
  readonly leases: readonly { readonly lease_id: string }[];
  readonly holders: readonly { readonly name: string; readonly tokens: number; readonly leases: number }[];
  readonly blocked: readonly { readonly leases: readonly string[]; readonly reason: string }[];
  readonly still_alive: readonly { readonly lease_id: string }[];
  readonly includes_asker: boolean;
  readonly ways_back: { readonly secret_ids: number; readonly logins: boolean };
}

interface Report {
  readonly finished: boolean;
  readonly progress: Readonly<Record<string, number>>;
  readonly tokens: readonly unknown[];
  readonly leases: readonly { readonly state: string; readonly proof: readonly string[] | null }[];
}

type Scope = { scope: string; name?: string; lock_out?: boolean };

const rehearse = (scope: Scope) =>
  world.data(world.root, 'update', 'sys/revocations/rehearse', scope) as unknown as Promise<Rehearsal>;
const run = (scope: Scope) => world.data(world.root, 'update', 'sys/revocations', scope);
const report = (id: unknown) =>
  world.data(world.root, 'read', `sys/revocations/${id}`) as unknown as Promise<Report>;

/** Everything that lives now. */
const living = () =>
  world.vault.turn(({ db }) => ({
    tokens: db.all<{ accessor: string }>('SELECT accessor FROM tokens').map(({ accessor }) => accessor),
    leases: db
      .all<{ id: string }>("SELECT id FROM leases WHERE state IN ('pending', 'active')")
      .map(({ id }) => id),
  }));

/** What logins call somebody. */
const aliases = () =>
  world.vault.turn(({ db }) =>
    db.all<{ name: string }>('SELECT name FROM identity_aliases').map(({ name }) => name),
  );

const POLICY =
  'path "database/creds/*" { capabilities = ["read"] } path "auth/token/create" { capabilities = ["update"] }';

/** An AppRole of that name, and how to log in with it. */
async function makeApp(name: string) {
  await world.ask(world.root, 'update', 'sys/policies/acl/app', { policy: POLICY });
  await world.ask(world.root, 'update', `auth/approle/role/${name}`, { token_policies: 'app' });
  const { role_id } = await world.data(world.root, 'read', `auth/approle/role/${name}/role-id`);
  const login = async () => {
    const { secret_id } = await world.data(world.root, 'update', `auth/approle/role/${name}/secret-id`);
    return world.auth('', 'update', 'auth/approle/login', { role_id, secret_id });
  };
  return { login };
}

async function makePerson(name: string) {
  await world.ask(world.root, 'update', 'sys/policies/acl/app', { policy: POLICY });
  const password = 'a long password of a person';
  await world.ask(world.root, 'update', `auth/userpass/users/${name}`, { password, token_policies: 'app' });
  return { login: () => world.auth('', 'update', `auth/userpass/login/${name}`, { password }) };
}

describe('a rehearsal', () => {
  test('equals what the run then stops, in 100 random graphs of tokens and keycards', async () => {
    await world.ask(world.root, 'update', 'sys/auth/userpass', { type: 'userpass' });
    const apps = await Promise.all(['shop', 'cron'].map(makeApp));
    const people = await Promise.all(['amy', 'bob'].map(makePerson));
    const logins = [...apps, ...people].map(({ login }) => login);
    const step = fc.record({
      of: fc.nat(),
      does: fc.constantFrom('login', 'child', 'child', 'lease', 'lease'),
    });
    const graph = fc.record({
      steps: fc.array(step, { minLength: 4, maxLength: 14 }),
      pick: fc.nat(),
      kind: fc.nat(),
    });

    await fc.assert(
      fc.asyncProperty(graph, async ({ steps, pick, kind }) => {
        const tokens: { client_token: string; accessor: string }[] = [];
        const leases: string[] = [];
        for (const { of, does } of steps) {
          const token = tokens[of % Math.max(1, tokens.length)];
          if (does === 'login' || !token) {
            tokens.push(await (logins[of % logins.length] as (typeof logins)[number])());
          } else if (does === 'child') {
            tokens.push(await world.auth(token.client_token, 'update', 'auth/token/create'));
          } else {
            const role = `role-${of % 3}`;
            const { envelope } = await world.ask(token.client_token, 'read', `database/creds/${role}`);
            leases.push(envelope?.lease_id ?? '');
          }
        }
        const called = ['amy', 'bob'];
        const known = (await aliases()).filter((name) => called.includes(name)).sort();
        const among = <T>(all: readonly T[]) => all[pick % all.length] as T;
        const scopes: Scope[] = [
          { scope: 'token', name: among(tokens).accessor },
          { scope: 'app', name: among(['shop', 'cron']) },
          ...(known.length > 0 ? [{ scope: 'person', name: among(known) }] : []),
          { scope: 'mount', name: among(['database', 'auth/userpass', 'auth/approle']) },
          { scope: 'prefix', name: among(['database/creds/role-0', 'database', '']) || 'database/creds' },
          { scope: 'everything' },
          ...(leases.length > 0 ? [{ scope: 'lease', name: among(leases) }] : []),
        ];
        const scope = scopes[kind % scopes.length] as Scope;

        const shown = await rehearse(scope);
        const before = await living();
        await run(scope);
        const after = await living();

        const stopped = (was: readonly string[], is: readonly string[]) =>
          was.filter((id) => !is.includes(id)).sort();
        expect(shown.leases.map(({ lease_id }) => lease_id).sort()).toEqual(
          stopped(before.leases, after.leases),
        );
        expect(shown.tokens.map(({ accessor }) => accessor).sort()).toEqual(
          stopped(before.tokens, after.tokens),
        );
        expect(shown.holders.reduce((sum, one) => sum + one.tokens, 0)).toBe(shown.tokens.length);
        expect(shown.holders.reduce((sum, one) => sum + one.leases, 0)).toBe(shown.leases.length);
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  test('changes nothing, and names what would stand in the way', async () => {
    const { envelope } = await world.ask(world.root, 'read', 'database/creds/app');
    world.target.down = 'connection refused';
    const before = await living();
    const shown = await rehearse({ scope: 'mount', name: 'database/' });
    expect(shown.blocked).toEqual([{ leases: [envelope?.lease_id], reason: 'connection refused' }]);
    expect(await living()).toEqual(before);
  });

  test('a person is found by their login, and the asker is told when it would stop itself', async () => {
    await world.ask(world.root, 'update', 'sys/auth/userpass', { type: 'userpass' });
    const amy = await makePerson('amy');
    await amy.login();
    const { tokens, ways_back } = await rehearse({ scope: 'person', name: 'amy' });
    expect(tokens).toHaveLength(1);
    expect(ways_back).toEqual({ secret_ids: 0, logins: true });
    const { accessor } = await world.data(world.root, 'read', 'auth/token/lookup-self');
    expect((await rehearse({ scope: 'token', name: String(accessor) })).includes_asker).toBe(true);
  });

  test('what names nothing is refused and leaves nothing behind', async () => {
    const wrong: Scope[] = [
      { scope: 'person', name: 'nobody' },
      { scope: 'mount', name: 'nowhere' },
      { scope: 'token', name: 'x' },
      { scope: 'lease', name: 'x' },
      { scope: 'app' },
      { scope: 'all', name: 'x' },
      { scope: 'mount', name: 'database', lock_out: true },
    ];
    for (const scope of wrong) {
      for (const path of ['sys/revocations', 'sys/revocations/rehearse']) {
        expect(await world.refusal(world.root, 'update', path, scope)).toContain('invalid-request');
      }
    }
    expect(await world.count('revocations')).toBe(0);
  });
});

describe('a run', () => {
  test('reports each keycard as still alive with its reason until the proof is there', async () => {
    await world.ask(world.root, 'read', 'database/creds/app');
    world.target.down = 'connection refused';
    const { id } = await run({ scope: 'mount', name: 'database' });
    await rest();
    expect(await report(id)).toMatchObject({
      finished: false,
      progress: { leases: 1, proven: 0, still_alive: 1 },
      leases: [{ state: 'ending', reason: 'connection refused', proof: null }],
    });
    world.target.down = undefined;
    world.clock.advance(60_000);
    await rest();
    const proof = ['no such role', 'login refused: 28P01'];
    expect(await report(id)).toMatchObject({
      finished: true,
      progress: { leases: 1, proven: 1, still_alive: 0 },
      leases: [{ state: 'dead', proof }],
    });
    // The lease itself is forgotten after a day; its proof is not.
    world.clock.advance(25 * 3_600_000);
    await rest();
    expect(await world.count('leases')).toBe(0);
    expect((await report(id)).leases).toMatchObject([{ state: 'dead', proof }]);
  });

  test('with lock_out an app cannot come back with the private halves it has', async () => {
    const shop = await makeApp('shop');
    const { role_id } = await world.data(world.root, 'read', 'auth/approle/role/shop/role-id');
    const { secret_id } = await world.data(world.root, 'update', 'auth/approle/role/shop/secret-id');
    const { client_token } = await shop.login();
    expect((await rehearse({ scope: 'app', name: 'shop' })).ways_back.secret_ids).toBe(2);
    await run({ scope: 'app', name: 'shop', lock_out: true });
    expect(await world.refusal(client_token, 'read', 'auth/token/lookup-self')).toContain(
      'permission-denied',
    );
    expect(await world.refusal('', 'update', 'auth/approle/login', { role_id, secret_id })).toContain(
      'invalid role or secret ID',
    );
  });

  test('with lock_out a person cannot log in again until somebody enables them', async () => {
    await world.ask(world.root, 'update', 'sys/auth/userpass', { type: 'userpass' });
    const amy = await makePerson('amy');
    const { client_token } = await amy.login();
    await run({ scope: 'person', name: 'amy', lock_out: true });
    expect(await world.refusal(client_token, 'read', 'auth/token/lookup-self')).toContain(
      'permission-denied',
    );
    await expect(amy.login()).rejects.toThrow();
  });

  test('everything stops but who asks', async () => {
    const shop = await makeApp('shop');
    const { client_token } = await shop.login();
    await world.ask(client_token, 'read', 'database/creds/app');
    await run({ scope: 'everything' });
    expect((await living()).leases).toEqual([]);
    expect((await living()).tokens).toHaveLength(1);
    await world.ask(world.root, 'read', 'auth/token/lookup-self');
  });

  test('needs sudo', async () => {
    const token = await world.tokenFor(
      'path "sys/revocations*" { capabilities = ["update", "read", "list"] }',
    );
    expect(await world.refusal(token, 'update', 'sys/revocations', { scope: 'everything' })).toContain(
      'policy-denied',
    );
  });
});
