import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { type KwHome, makeKwHome } from '../support/kw.ts';
import { ask } from './steps/ask.ts';
import { createVault, lockByKey } from './steps/front-door.ts';

const SECRET = ['read', 'secret/shop/stripe', '--json'];

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let terminal: KwHome;
let page: Page;
let tokenFile: string;

test.beforeAll(async () => {
  desktop = await launchDesktop();
  terminal = makeKwHome();
  tokenFile = join(desktop.folder, 'run', 'keywarden', 'token');
  page = await createVault(desktop);
  await ask(page, 'secrets.write', {
    path: 'shop/stripe',
    cas: 0,
    fields: [{ name: 'KEY', value: 'stripe-canary' }],
  });
});
test.afterAll(async () => {
  await terminal.remove();
  await desktop.close();
});

test('without a login the terminal gets nothing', async () => {
  expect(await kw(SECRET)).toMatchObject({ code: 4, stdout: '' });
});

test('a login that is refused at the desk ends with 4 and leaves no token', async () => {
  const login = await startLogin();
  await question(login.code).getByRole('button', { name: 'Refuse' }).click();
  expect(await login.ended).toBe(4);
  expect(existsSync(tokenFile)).toBe(false);
  expect((await kw(SECRET)).code).toBe(4);
});

test('a login shows the same code at both ends, and once approved the terminal reads', async () => {
  const login = await startLogin();
  await question(login.code).getByRole('button', { name: 'Approve' }).click();
  expect(await login.ended).toBe(0);
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  const read = await kw(SECRET);
  expect(read).toMatchObject({ code: 0, stderr: '' });
  expect(read.stdout).toContain('stripe-canary');
});

test('the terminal’s token dies when the desk is locked', async () => {
  const token = readFileSync(tokenFile, 'utf8').trim();
  page = await lockByKey(desktop, page);
  expect(await kw(SECRET)).toMatchObject({ code: 4, stdout: '' });
  const reply = await fetch(`${await desktop.brokerAddress()}/v1/secret/data/shop/stripe`, {
    headers: { 'X-Vault-Token': token },
  });
  expect(reply.status).toBe(403);
});

test('a locked desk cannot be asked', async () => {
  const asked = await kw(['login']);
  expect(asked.code).toBe(3);
  expect(asked.stderr).toContain('unlock');
});

/** Starts `kw login` and waits for the code that it prints. */
async function startLogin(): Promise<{ code: string; ended: Promise<number | null> }> {
  const child = terminal.start(['login'], { env: environment() });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stdout?.resume();
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await expect.poll(() => said).toMatch(/approve the code \S+ in the desktop app/);
  return { code: /the code (\S+) in/.exec(said)?.[1] ?? '', ended };
}

function question(code: string) {
  const dialog = page.getByRole('dialog', { name: 'A terminal asks to sign in as you' });
  return dialog.filter({ has: page.getByRole('status', { name: 'Code' }).getByText(code, { exact: true }) });
}

function kw(args: readonly string[]) {
  return terminal.kw(args, { env: environment() });
}

/** The terminal of the person at the desk: it finds the broker where the desktop says that it is. */
function environment(): NodeJS.ProcessEnv {
  return { XDG_RUNTIME_DIR: join(desktop.folder, 'run'), KEYWARDEN_RUNTIME_DIR: '' };
}
