import { expect, type Page, test } from '@playwright/test';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { ask } from './steps/ask.ts';
import { createVault } from './steps/front-door.ts';
import { appWithPolicy } from './steps/hand-over.ts';
import { goTo } from './steps/rail.ts';

test.describe.configure({ mode: 'serial' });
let desktop: TestDesktop;
let postgres: TestPostgres;
let page: Page;

test.beforeAll(async () => {
  [desktop, postgres] = await Promise.all([launchDesktop(), startPostgres()]);
  page = await createVault(desktop);
});
test.afterAll(async () => {
  await desktop.close();
  await postgres.close();
});

test('a secret is rotated every 30 days, and now', async () => {
  await goTo(page, 'Rotation');
  await expect(page.getByRole('heading', { name: 'Nothing is rotated yet' })).toBeVisible();
  await ask(page, 'secrets.write', {
    path: 'app/session',
    cas: 0,
    fields: [
      { name: 'key', value: 'first-canary' },
      { name: 'region', value: 'eu' },
    ],
  });
  await page.getByRole('button', { name: 'Choose a secret' }).click();
  await page.getByRole('treeitem', { name: 'app' }).click();
  await page.getByRole('treeitem', { name: 'session' }).click();
  await page.getByRole('button', { name: 'Rotate every…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rotate app/session every…' });
  await dialog.getByRole('button', { name: '30 days' }).click();
  await dialog.getByRole('textbox', { name: 'Characters' }).fill('40');
  await dialog.getByRole('button', { name: 'Rotate it' }).click();

  const part = page.getByRole('region', { name: 'Rotation' });
  await expect(part).toContainText('Every 30 days');
  await expect(part).toContainText('next in 30 days');
  await part.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('button', { name: 'Rotate now' }).click();
  const history = page.getByRole('region', { name: 'Last results' });
  await expect(history.getByRole('listitem')).toHaveText([/New value.*just now/]);
  const current = { path: 'app/session', version: 2 };
  const { value } = await ask(page, 'secrets.reveal', { ...current, field: 'key' });
  expect(value).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(await ask(page, 'secrets.reveal', { ...current, field: 'region' })).toEqual({ value: 'eu' });
});

test('a paused rotation begins nothing, until it is resumed', async () => {
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Paused: it begins nothing by itself.')).toBeVisible();
  await expect(page.getByRole('option', { name: /app\/session/ })).toContainText('Paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('option', { name: /app\/session/ })).toContainText('Fine');
});

test('what only a person can rotate waits for one, with the instructions, and takes the new value', async () => {
  await ask(page, 'secrets.write', { path: 'bank', cas: 0, fields: [{ name: 'pin', value: '1111' }] });
  await goTo(page, 'Secrets');
  await page.getByRole('treeitem', { name: 'bank' }).click();
  await page.getByRole('button', { name: 'Rotate every…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rotate bank every…' });
  await dialog.getByLabel('Every', { exact: true }).fill('5s');
  await dialog.getByText('A person, reminded').click();
  await dialog.getByLabel('What the person does').fill('Choose a new PIN at the branch.');
  await dialog.getByRole('button', { name: 'Rotate it' }).click();
  await expect(dialog).toBeHidden();

  await goTo(page, 'Rotation');
  const row = page.getByRole('option', { name: /^bank/ });
  await expect(row).toContainText('Needs you', { timeout: 30_000 });
  await expect(page.getByRole('button', { name: /^Rotation/ })).toContainText('1');
  await row.click();
  await expect(page.getByText('Choose a new PIN at the branch.')).toBeVisible();
  // Back to a period in which it is not due again while we look.
  await ask(page, 'rotations.write', {
    path: 'bank',
    field: 'pin',
    periodSeconds: 86_400,
    way: { kind: 'keep' },
  });
  await page.getByRole('button', { name: 'Bring the new value…' }).click();
  const guided = page.getByRole('dialog', { name: 'A new value for bank' });
  await expect(guided).toContainText('Choose a new PIN at the branch.');
  await guided.getByLabel('New value of pin').fill('2947-canary');
  await guided.getByRole('button', { name: 'Make it current' }).click();
  await expect(guided.getByRole('status')).toContainText('The new value is the current one');
  expect(await page.content()).not.toContain('2947-canary');
  await guided.getByRole('button', { name: 'Done' }).click();
  await expect(row).toContainText('Fine');
  expect(await ask(page, 'secrets.reveal', { path: 'bank', version: 2, field: 'pin' })).toEqual({
    value: '2947-canary',
  });
});

test('a rotation that is held up says why, and goes on when the database is back', async () => {
  await postgres.query("CREATE ROLE reports LOGIN PASSWORD 'old'");
  const { user, password } = postgres;
  await ask(page, 'databases.connect', {
    name: 'orders-db',
    host: '127.0.0.1',
    port: postgres.port,
    database: 'postgres',
    username: user,
    password,
    tls: 'off',
  });
  const operator = await appWithPolicy(
    desktop,
    page,
    'operator',
    'path "database/static-roles/*" { capabilities = ["create", "update"] }',
  );
  await operator.write('database/static-roles/reports', {
    db_name: 'orders-db',
    username: 'reports',
    rotation_schedule: '0 3 * * 6',
  });
  const row = page.getByRole('option', { name: /^reports/ });
  await expect(row).toContainText('Saturdays at 03:00 UTC');
  await row.click();
  await expect(page.getByRole('region', { name: 'Last results' })).toContainText(
    'reports logged in with the new password',
  );

  await postgres.stop();
  await page.getByRole('button', { name: 'Rotate now' }).click();
  await expect(row).toContainText('Held up', { timeout: 30_000 });
  await expect(page.getByText('It is held up.')).toBeVisible();
  await expect(page.getByText(/Next try|tried again now/)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Steps of the run' })).toContainText('Tested');
  await postgres.start();
  await page.getByRole('button', { name: 'Try now' }).click();
  await expect(row).toContainText('Fine', { timeout: 30_000 });
  await expect(page.getByRole('region', { name: 'Last results' }).getByRole('listitem')).toHaveCount(2);
});

test('a secret that is not rotated any more keeps its value', async () => {
  await page.getByRole('option', { name: /^bank/ }).click();
  await page.getByRole('button', { name: 'Stop rotating…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop rotating bank?' });
  await dialog.getByRole('button', { name: 'Stop rotating' }).click();
  await expect(page.getByRole('option', { name: /^bank/ })).toHaveCount(0);
  expect(await ask(page, 'secrets.reveal', { path: 'bank', version: 2, field: 'pin' })).toEqual({
    value: '2947-canary',
  });
});
