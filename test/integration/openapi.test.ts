import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';
import { askRaw } from '../support/raw-http.ts';

let home: KwHome;
let address: string;
beforeAll(async () => {
  home = makeKwHome();
  address = (await home.serve(['--dev', '--dev-root-token-id', 'root', '--listen', '127.0.0.1:0'])).address;
  for (const type of SECRETS) await mount('mounts', type);
  for (const type of LOGINS) await mount('auth', type);
});
afterAll(() => home?.remove());

const SECRETS = ['kv-v1', 'database', 'rabbitmq', 'http', 'pki', 'ssh'];
const LOGINS = ['approle', 'userpass', 'jwt', 'cert'];

async function mount(table: 'mounts' | 'auth', type: string): Promise<void> {
  const body = JSON.stringify({ type });
  const answer = await askRaw(address, {
    method: 'POST',
    path: `sys/${table}/all/${type}`,
    token: 'root',
    body,
  });
  if (answer.status !== 204) throw new Error(`${type}: ${answer.body}`);
}

async function read(path: string) {
  const answer = await askRaw(address, { method: 'GET', path, token: 'root' });
  return JSON.parse(answer.body);
}

describe('what the broker tells of itself', () => {
  test('the OpenAPI document says in a plain sentence what each route is for', async () => {
    const { openapi, paths } = await read('sys/internal/specs/openapi');
    expect(openapi).toBe('3.0.2');
    expect(Object.keys(paths).length).toBeGreaterThan(200);
    const silent = Object.entries<{ description: string }>(paths)
      .filter(([, { description }]) => !/^[A-Z][^\n]{12,200}\.$/.test(description.split('\n')[1] ?? ''))
      .map(([path, { description }]) => `${path}: ${description}`);
    expect(silent).toEqual([]);
  });

  test.each([
    ['secret/data/a', 'Reads, writes, patches or deletes the newest version of a secret.'],
    ['sys/mounts', 'Lists what is mounted.'],
    ['sys/rekey/init', 'It needs no token.'],
    ['all/database/creds/reader', 'Makes a user in the database'],
    ['auth/all/approle/role/shop', 'Reads, writes or removes an app'],
  ])('%s?help=1 does too', async (path, words) => {
    const { help, openapi } = await read(`${path}?help=1`);
    expect(help).toContain(words);
    expect(openapi).toMatchObject({ openapi: '3.0.2' });
  });
});
