import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KwHome, makeKwHome, type ServedKw } from '../support/kw.ts';

/** A mistake over HTTP: what is sent, and the status and words that Vault's clients get. */
interface HttpMistake {
  readonly name: string;
  readonly send: readonly [method: string, path: string, body?: string];
  readonly status: number;
  readonly errors: readonly (string | RegExp)[];
}

/** A mistake at the command line: how the vault's folder is spoilt first, and how `kw serve` ends. */
interface KwMistake {
  readonly name: string;
  readonly passphrase?: string;
  spoil?(vault: string): void;
  readonly code: number;
  readonly words: RegExp;
}

const HEADER = 'vault.kwh';
/** Behind eight bytes of magic: FORMAT.md, section 1. */
const VERSION_AT = 8;
/** A loopback port on which nothing listens. */
const DEAD_PORT = 1;

let home: KwHome;
let vault: string;
let broker: ServedKw;
let token: string;

beforeAll(async () => {
  home = makeKwHome();
  vault = join(home.folder, 'vault');
  const passphrase = home.file('passphrase', 'the right passphrase\n');
  const made = await home.kw(['init', '--vault', vault, '--passphrase-file', passphrase]);
  token = JSON.parse(made.stdout).root_token;
  broker = await home.serve(['--dev', '--dev-root-token-id', token, '--listen', '127.0.0.1:0']);
});
afterAll(() => home.remove());

const http: readonly HttpMistake[] = [
  {
    name: 'an unknown role',
    send: ['GET', 'database/creds/nobody'],
    status: 400,
    errors: ['unknown role: nobody'],
  },
  {
    name: 'JSON that does not parse',
    send: ['POST', 'secret/data/app', '{"data": {'],
    status: 400,
    errors: [/^error parsing JSON/],
  },
  {
    name: 'a policy that does not parse, with line and column',
    send: [
      'PUT',
      'sys/policies/acl/broken',
      JSON.stringify({ policy: 'path "a" {\n  capabilities = ["reed"]\n}' }),
    ],
    status: 400,
    errors: [/line 2, column \d+/],
  },
  {
    name: 'a PostgreSQL that is down',
    send: ['POST', 'database/config/down', ''],
    status: 400,
    errors: [/nothing answers at that address/],
  },
  {
    name: 'a path that nothing handles',
    send: ['GET', 'nowhere/at/all'],
    status: 404,
    errors: [/no handler for route/],
  },
  { name: 'a secret that is not there', send: ['GET', 'secret/data/none'], status: 404, errors: [] },
  {
    name: 'an operation that is not supported',
    send: ['DELETE', 'sys/mounts'],
    status: 405,
    errors: ['unsupported operation'],
  },
];

const serve: readonly KwMistake[] = [
  {
    name: 'the wrong passphrase',
    passphrase: 'a wrong passphrase',
    code: 4,
    words: /That does not open the vault/,
  },
  {
    name: 'a vault of a newer version',
    spoil: (folder) => flip(folder, () => VERSION_AT),
    code: 1,
    words: /newer version of Keywarden/,
  },
  {
    name: 'a damaged header',
    spoil: (folder) => flip(folder, (length) => Math.floor(length / 2)),
    code: 1,
    words: /vault\.kwh/,
  },
  {
    name: 'a folder without a vault',
    spoil: (folder) => rmSync(join(folder, HEADER)),
    code: 5,
    words: /no vault/,
  },
];

describe('bad input gets a clear error and changes nothing', () => {
  test.each(http)('over HTTP: $name', async ({ send: [method, path, body], status, errors }) => {
    const text = path === 'database/config/down' ? connectionToNothing() : body;
    const before = await everything();
    const answer = await fetch(`${broker.address}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': token },
      ...(text !== undefined && { body: text }),
    });
    const said = await answer.text();
    expect(answer.status).toBe(status);
    const told = (JSON.parse(said) as { errors: string[] }).errors;
    expect(told).toHaveLength(errors.length);
    for (const [index, expected] of errors.entries()) {
      if (typeof expected === 'string') expect(told[index]).toBe(expected);
      else expect(told[index]).toMatch(expected);
    }
    expectNoStack(said);
    expect(await everything()).toBe(before);
  });

  test.each(serve)('at the command line: $name', async ({ passphrase, spoil, code, words }) => {
    const folder = join(home.folder, `spoilt-${randomBytes(4).toString('hex')}`);
    cpSync(vault, folder, { recursive: true });
    spoil?.(folder);
    const before = bytesOf(folder);
    const file = home.file('given', `${passphrase ?? 'the right passphrase'}\n`);
    const result = await home.kw([
      'serve',
      '--vault',
      folder,
      '--passphrase-file',
      file,
      '--listen',
      '127.0.0.1:0',
    ]);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(words);
    expectNoStack(result.stderr);
    expect(result.stdout).toBe('');
    expect(bytesOf(folder)).toEqual(before);
  });
});

function connectionToNothing(): string {
  return JSON.stringify({
    plugin_name: 'postgresql-database-plugin',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${DEAD_PORT}/postgres`,
    username: 'somebody',
    password: 'canary-of-a-connection',
    allowed_roles: '*',
  });
}

/** All that a client can see of the state: mounts, policies, secrets, connections. */
async function everything(): Promise<string> {
  const paths = [
    'sys/mounts',
    'sys/policies/acl?list=true',
    'secret/metadata?list=true',
    'database/config?list=true',
  ];
  const answers = paths.map(async (path) => {
    const answer = await fetch(`${broker.address}/v1/${path}`, { headers: { 'X-Vault-Token': token } });
    const { data } = (await answer.json()) as { data?: unknown };
    return [path, answer.status, data];
  });
  return JSON.stringify(await Promise.all(answers));
}

function expectNoStack(text: string): void {
  expect(text).not.toMatch(/\n\s+at |node:|\.ts:|\.js:|canary-of-a-connection/);
}

/** Flips bits of one byte of the header. */
function flip(folder: string, at: (length: number) => number): void {
  const file = join(folder, HEADER);
  const bytes = readFileSync(file);
  const place = at(bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ 0x41;
  writeFileSync(file, bytes);
}

function bytesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, readFileSync(path).toString('hex')];
    }),
  );
}
