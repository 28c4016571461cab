import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { ask } from '../e2e/steps/ask.ts';
import { copied, readClipboard } from '../e2e/steps/clipboard.ts';
import { closing, PASSPHRASE, putKitAway, unlock } from '../e2e/steps/front-door.ts';
import { goTo } from '../e2e/steps/rail.ts';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';

/** What a person typed or was shown, and nobody else may find. */
const canaries = {
  stored: `canary-${randomBytes(9).toString('hex')}`,
  imported: `canary-${randomBytes(9).toString('hex')}`,
  passphrase: PASSPHRASE,
};

let desktop: TestDesktop;
let temporary: string;

test.beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'keywarden-canary-'));
  desktop = await launchDesktop({ env: { TMPDIR: temporary } });
});
test.afterAll(async () => {
  await desktop.close();
  rmSync(temporary, { recursive: true, force: true });
});

test('S1: what was typed, shown and copied is in no file, log, argument, environment, title or address', async () => {
  let page = await desktop.window();
  const kit = await createVault(page);
  await storeAndShow(page);
  const privateHalf = await handOver(page);
  const needles = { ...canaries, kit, privateHalf };
  await expectNowhere(needles, 'while it is open');

  page = await closing(desktop, page, () => page.keyboard.press('Control+l'));
  await expectNowhere(needles, 'when it is locked');
  await unlock(page);
  const { value } = await ask(page, 'secrets.reveal', { path: 'shop/stripe', version: 1, field: 'KEY' });
  expect(value, 'it is there all the same').toBe(canaries.stored);

  desktop = await desktop.restart();
  await desktop.window();
  await expectNowhere(needles, 'after quitting and starting again');
  expect(Object.values(needles), 'the clipboard is cleared').not.toContain(await readClipboard(desktop));
});

async function createVault(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Create a vault' }).click();
  await page.getByLabel('Name').fill('Team');
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByLabel('Repeat the passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Create vault' }).click();
  const kit = await putKitAway(page);
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible({ timeout: 60_000 });
  return kit;
}

async function storeAndShow(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByLabel('Path').fill('shop/stripe');
  await page.getByLabel('Name of field 1').fill('KEY');
  await page.getByLabel('Value of field 1').fill(canaries.stored);
  await page.getByRole('button', { name: 'Store secret' }).click();
  await page.getByRole('button', { name: 'Reveal KEY' }).click();
  await expect(page.getByText(canaries.stored)).toBeVisible();
  expect(await copied(desktop, () => page.getByRole('button', { name: 'Copy KEY' }).click())).toBe(
    canaries.stored,
  );

  await page.getByRole('button', { name: 'Import .env' }).click();
  await page.getByLabel('Text of the .env').fill(`MAIL_TOKEN=${canaries.imported}\n`);
  await page.getByRole('button', { name: 'Store 1 field' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  const wanted = { words: canaries.stored };
  expect(await ask(page, 'secrets.search', wanted), 'values cannot be searched for').toEqual({ found: [] });
}

async function handOver(page: Page): Promise<string> {
  const access = { doors: [{ kind: 'read-secret', target: 'shop/' } as const] };
  await ask(page, 'apps.write', { name: 'orders-api', access, tokenTtl: 3600 });
  await goTo(page, 'Apps');
  await page.getByRole('option', { name: /orders-api/ }).click();
  await page.getByRole('button', { name: 'Hand over a keycard' }).click();
  await page.getByRole('button', { name: 'Make the keycard' }).click();
  const half = await copied(desktop, () => page.getByRole('button', { name: 'Copy private half' }).click());
  await page.getByRole('button', { name: 'Done' }).click();
  return half;
}

async function expectNowhere(needles: Readonly<Record<string, string>>, when: string): Promise<void> {
  const windows = await desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .map((one) => `${one.getTitle()} ${one.webContents.getURL()}`)
      .join('\n'),
  );
  const places = new Map<string, Buffer>([
    ['the windows', Buffer.from(windows)],
    ['the log', Buffer.from(desktop.log())],
    ...filesBelow(desktop.folder),
    ...filesBelow(temporary),
    ...processesOf(desktop.app.process().pid ?? 0),
  ]);
  const searched = [...places.values()].some((bytes) => bytes.includes('--user-data-dir='));
  expect(searched, 'what is there is found').toBe(process.platform === 'linux');
  expect(places.size, 'there is something to look through').toBeGreaterThan(10);
  const found: string[] = [];
  for (const [name, needle] of Object.entries(needles)) {
    const forms = formsOf(needle);
    for (const [place, bytes] of places) {
      if (forms.some((form) => bytes.includes(form))) found.push(`${name} in ${place}`);
    }
  }
  expect(found, when).toEqual([]);
}

/** As it is, as Windows and JavaScript keep it, and in base64 at each of the three places where it may begin. */
function formsOf(needle: string): Buffer[] {
  const encoded = [0, 1, 2].map((shift) => {
    const text = Buffer.from('x'.repeat(shift) + needle).toString('base64');
    return Buffer.from(text.slice(shift === 0 ? 0 : 4, -4));
  });
  return [Buffer.from(needle), Buffer.from(needle, 'utf16le'), ...encoded];
}

function filesBelow(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry): [string, Buffer][] => {
      const file = join(entry.parentPath, entry.name);
      return [[file, read(file)]];
    });
}

/** The arguments and the environment of a process and of all that it has started. */
function processesOf(root: number): [string, Buffer][] {
  if (process.platform !== 'linux') return [];
  const parents = readdirSync('/proc').flatMap((name): [number, number][] => {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`).toString() : '';
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    return parent === undefined ? [] : [[Number(name), Number(parent)]];
  });
  const family = new Set([root]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family].flatMap((pid) =>
    ['cmdline', 'environ'].map((what): [string, Buffer] => [
      `${what} of ${pid}`,
      read(`/proc/${pid}/${what}`),
    ]),
  );
}

/** Files and processes come and go while they are looked at. */
function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
