import { beforeEach, expect, test } from 'vitest';
import { type CoreWorld, openCoreWorld, rest } from './support/core-world.ts';

let world: CoreWorld;
let session: string;
beforeEach(async () => {
  world = await openCoreWorld();
  session = await world.core.openSession('desktop');
});

const request = async () =>
  (await world.data('', 'update', 'auth/desktop/request', { program: 'kw' })) as {
    request: string;
    code: string;
  };
const decide = (code: string, approve: boolean, token = session) =>
  world.ask(token, 'update', 'auth/desktop/decide', { code, approve });
const login = (asked: { request: string }) =>
  world.auth('', 'update', 'auth/desktop/login', { request: asked.request });

test('both screens show the same code; on approval a token of the person comes, never root', async () => {
  const asked = await request();
  expect(asked.code).toMatch(/^[A-Z]{4}-[2-9]{4}$/);
  const { requests } = await world.data(session, 'read', 'auth/desktop/requests');
  expect(requests).toMatchObject([
    { code: asked.code, program: 'kw', expire_time: '2026-01-01T00:02:00.000Z' },
  ]);
  const recorded = world.records.length;
  expect(await world.data('', 'update', 'auth/desktop/login', asked)).toEqual({ waiting: true });
  expect(world.records.length).toBe(recorded);
  await decide(asked.code, true);
  const auth = await login(asked);
  expect(auth).toMatchObject({ policies: ['default', 'owner'], lease_duration: 1800, orphan: false });
  await expect(login(asked)).rejects.toMatchObject({ code: 'login-failed' });
});

test('denied, unknown and too late are refused', async () => {
  const denied = await request();
  await decide(denied.code, false);
  await expect(login(denied)).rejects.toMatchObject({ code: 'login-failed' });
  await expect(login({ request: 'unknown' })).rejects.toMatchObject({ code: 'login-failed' });
  const late = await request();
  world.clock.advance(120_000);
  await expect(decide(late.code, true)).rejects.toMatchObject({ code: 'not-found' });
  await expect(login(late)).rejects.toMatchObject({ code: 'login-failed' });
  await rest();
  expect(await world.count('desktop_login_requests')).toBe(0);
});

test('only the desktop decides: not root, not what it handed out', async () => {
  const asked = await request();
  await expect(decide(asked.code, true, world.root)).rejects.toMatchObject({ code: 'permission-denied' });
  await decide(asked.code, true);
  const { client_token } = await login(asked);
  const next = await request();
  await expect(decide(next.code, true, client_token)).rejects.toMatchObject({ code: 'permission-denied' });
});

test('without an unlocked desktop nobody is kept waiting', async () => {
  const asked = await request();
  await decide(asked.code, true);
  await world.ask(session, 'update', 'auth/token/revoke-self');
  await expect(request()).rejects.toMatchObject({ code: 'not-available' });
  await expect(login(asked)).rejects.toMatchObject({ code: 'login-failed' });
});

test('the token dies of half an hour without use, after eight hours in any case, and with its session', async () => {
  const get = async () => {
    const asked = await request();
    await decide(asked.code, true);
    return (await login(asked)).client_token;
  };
  const alive = (token: string) =>
    world.ask(token, 'read', 'auth/token/lookup-self').then(
      () => true,
      () => false,
    );
  const idle = await get();
  world.clock.advance(1_799_000);
  expect(await alive(idle)).toBe(true);
  world.clock.advance(1_799_000);
  expect(await alive(idle)).toBe(true);
  world.clock.advance(1_800_000);
  expect(await alive(idle)).toBe(false);
  const busy = await get();
  let minutes = 0;
  while (await alive(busy)) {
    world.clock.advance(60_000);
    minutes += 1;
  }
  expect(minutes).toBe(480);
  const child = await get();
  await world.ask(session, 'update', 'auth/token/revoke-self');
  expect(await alive(child)).toBe(false);
});

test('no more than eight wait at once', async () => {
  for (let times = 0; times < 8; times += 1) await request();
  await expect(request()).rejects.toMatchObject({ code: 'too-many-requests' });
});

test('sessions of a former process are ended at start', async () => {
  await world.restart();
  expect(await world.refusal(session, 'read', 'auth/token/lookup-self')).toMatch(/^permission-denied/);
});
