import { expect, type Page, test } from '@playwright/test';
import type { Keycard } from '../../shared/ipc/methods/keycards-methods.ts';
import { ask } from '../e2e/steps/ask.ts';
import { closing, createVault, unlock } from '../e2e/steps/front-door.ts';
import { goTo } from '../e2e/steps/rail.ts';
import { mend, tell, trouble } from '../e2e/steps/troubled-channel.ts';
import { launchDesktop, type TestDesktop } from '../support/electron-app.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type Camera, openCamera } from './camera.ts';

let desktop: TestDesktop;
let postgres: TestPostgres;
let camera: Camera;
test.beforeAll(async () => {
  [desktop, postgres] = await Promise.all([launchDesktop(), startPostgres()]);
  camera = openCamera(desktop, 'states');
});
test.afterAll(async () => {
  await desktop.close();
  await postgres.close();
});

test('what screens and dialogs look like when things are slow, fail, or go wrong', async () => {
  test.setTimeout(300_000);
  let page = await createVault(desktop);
  await withDatabase(page);
  await keycards(page);
  await otherDatabases(page);
  await stopping(page);
  await login(page);
  page = await troubled(page);
  await narrow(page);
});

/** A keycard in each state that there is, as the main process would list them. */
async function keycards(page: Page): Promise<void> {
  const now = Date.now();
  const one = (id: string, holder: string, changed: Partial<Keycard>): Keycard => ({
    leaseId: `database/creds/orders-readonly/${id}`,
    path: 'database/creds/orders-readonly',
    holder,
    username: `v-${holder}-orders-re-${id}`,
    issuedAt: now - 600_000,
    expiresAt: now + 3_000_000,
    maxExpiresAt: now + 86_400_000,
    renewable: true,
    promise: 'dies-by-itself',
    state: 'active',
    reason: null,
    nextTryAt: null,
    proof: [],
    ...changed,
  });
  const list = [
    one('hWd2', 'orders-api', {}),
    one('kQ81', 'billing-worker', { path: 'redis-cache/creds/sessions', promise: 'needs-keywarden' }),
    one('p0Zr', 'nightly-report', { expiresAt: now + 45_000 }),
    one('Xa7c', 'old-importer', {
      expiresAt: now - 240_000,
      state: 'ending',
      promise: 'needs-keywarden',
      reason: 'nothing answers at that address: is the database running?',
      nextTryAt: now + 95_000,
    }),
    one('n3Vd', 'deploy', {
      state: 'dead',
      expiresAt: now - 900_000,
      proof: ['no such role', 'no session', 'login refused: 28P01'],
    }),
  ];
  await trouble(desktop, 'keycards.list', { kind: 'answers', value: { keycards: list } });
  await tell(desktop, { kind: 'changed', topics: ['leases'] });
  await goTo(page, 'Keycards');
  for (const [holder, filter] of [
    ['old-importer', 'Live'],
    ['nightly-report', 'Live'],
    ['billing-worker', 'Live'],
    ['deploy', 'Dead'],
  ] as const) {
    await page.getByText(new RegExp(`^${filter} \\d+$`)).click();
    await page.getByRole('option', { name: holder }).click();
    await camera.take(`keycard-${holder}`);
  }
  await mend(desktop, 'keycards.list');
  await tell(desktop, { kind: 'changed', topics: ['leases'] });
}

/** The other kinds of server, as the main process would list them. */
async function otherDatabases(page: Page): Promise<void> {
  const role = (name: string, connection: string, kind: 'mysql' | 'redis', statement: string) => ({
    name,
    connection,
    kind,
    creationStatements: [statement],
    defaultTtl: 3600,
    maxTtl: 86_400,
    promise: 'needs-keywarden' as const,
    missing: [],
  });
  await trouble(desktop, 'databases.list', {
    kind: 'answers',
    value: {
      connections: [
        {
          name: 'shop',
          kind: 'mysql',
          url: 'mysql://db.internal:3306/shop?tls=true',
          username: 'keeper',
          isSample: false,
        },
        {
          name: 'sessions',
          kind: 'redis',
          url: 'rediss://cache.internal:6379',
          username: 'keeper',
          isSample: false,
        },
      ],
      roles: [
        role(
          'shop-readonly',
          'shop',
          'mysql',
          "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}';\nGRANT SELECT ON shop.* TO '{{name}}'@'%';",
        ),
        role('session-reader', 'sessions', 'redis', '["~session:*", "+get"]'),
      ],
      sample: { state: 'absent', address: null },
    },
  });
  await trouble(desktop, 'databases.check', {
    kind: 'answers',
    value: {
      healthy: false,
      findings: ["it cannot end sessions of other users: GRANT CONNECTION ADMIN ON *.* TO 'keeper'@'%'"],
      serverVersion: '10.11.6-MariaDB',
      rehearsed: false,
    },
  });
  await tell(desktop, { kind: 'changed', topics: ['databases'] });
  await goTo(page, 'Databases');
  await page.getByRole('option', { name: 'shop', exact: true }).click();
  await expect(page.getByText('Something is wrong')).toBeVisible();
  await camera.take('other-mariadb');
  await page.getByRole('option', { name: /session-reader/ }).click();
  await camera.take('other-redis-role');
  await mend(desktop, 'databases.list');
  await mend(desktop, 'databases.check');
  await tell(desktop, { kind: 'changed', topics: ['databases'] });
}

/** A database that goes away before its keycards are stopped. */
async function stopping(page: Page): Promise<void> {
  await ask(page, 'keycards.issue', { role: 'orders-readonly' });
  await ask(page, 'keycards.issue', { role: 'orders-readonly' });
  await goTo(page, 'Databases');
  await page.getByRole('option', { name: /orders-readonly/ }).click();
  await postgres.stop();
  await page.getByRole('button', { name: 'Revoke all…' }).click();
  await expect(page.getByRole('button', { name: 'Revoke all', exact: true })).toBeVisible();
  await page.getByText('Which keycards').click();
  await camera.take('stop-blocked');
  await page.getByRole('button', { name: 'Revoke all', exact: true }).click();
  await expect(page.getByText('Still alive', { exact: true })).toBeVisible({ timeout: 30_000 });
  await camera.take('stop-running');
  await trouble(desktop, 'revocations.report', { kind: 'refused', message: 'The ledger cannot be read.' });
  await page.getByRole('button', { name: 'Close; it goes on' }).click();
  await mend(desktop, 'revocations.report');
  await page.getByRole('option', { name: /orders-db/ }).click();
  await expect(page.getByText('Something is wrong')).toBeVisible();
  await camera.take('connection-down');
  await postgres.start();
}

async function login(page: Page): Promise<void> {
  const waiting = (code: string, seconds: number) => ({
    code,
    program: 'kw on builder-3',
    expiresAt: Date.now() + seconds * 1000,
  });
  const requests = [waiting('KFHM-2Q7D', 20), waiting('W9TC-4XAJ', 120)];
  await trouble(desktop, 'logins.list', { kind: 'answers', value: { requests } });
  await tell(desktop, { kind: 'changed', topics: ['logins'] });
  await expect(page.getByRole('button', { name: 'Approve' })).toBeEnabled();
  await camera.take('login');
  await expect(page.getByRole('dialog', { name: 'This question has ended' })).toBeVisible({
    timeout: 30_000,
  });
  await camera.take('login-ended');
  await page.getByRole('button', { name: 'Show the next' }).click();
  await trouble(desktop, 'logins.list', { kind: 'answers', value: { requests: [] } });
  await trouble(desktop, 'logins.decide', { kind: 'answers', value: {} });
  await page.getByRole('button', { name: 'Refuse' }).click();
  await mend(desktop, 'logins.list');
  await mend(desktop, 'logins.decide');
}

/** Slow and failing lists, each in a window that has asked nothing yet. */
async function troubled(page: Page): Promise<Page> {
  await trouble(desktop, 'rotations.list', { kind: 'silent' });
  let next = await again(page);
  await goTo(next, 'Rotation');
  await expect(next.getByRole('status', { name: 'Loading' })).toBeVisible();
  await camera.take('rotation-loading');
  const message = 'The vault’s files cannot be written right now.';
  await trouble(desktop, 'rotations.list', { kind: 'refused', message });
  next = await again(next);
  await goTo(next, 'Rotation');
  await camera.take('rotation-failed');
  await mend(desktop, 'rotations.list');
  await next.getByRole('button', { name: 'Try again' }).click();
  return next;
}

async function narrow(page: Page): Promise<void> {
  const path = 'shop/production/stripe';
  await ask(page, 'secrets.write', {
    path,
    cas: 0,
    fields: [{ name: 'STRIPE_SECRET_KEY', value: 'example' }],
  });
  const way = { kind: 'generator', length: 32, charset: 'hex' } as const;
  await ask(page, 'rotations.write', { path, field: 'STRIPE_SECRET_KEY', periodSeconds: 86_400 * 30, way });
  await goTo(page, 'Rotation');
  await page.getByRole('option', { name: /stripe/ }).click();
  await camera.take('narrow-rotation', 'narrow');
  await page.getByRole('button', { name: 'Open the secret' }).click();
  await camera.take('narrow-secrets', 'narrow');
  await goTo(page, 'Databases');
  await page.getByRole('option', { name: /orders-readonly/ }).click();
  await camera.take('narrow-databases', 'narrow');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await camera.take('narrow-connect', 'narrow');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await ask(page, 'keycards.issue', { role: 'orders-readonly' });
  await goTo(page, 'Keycards');
  await page.getByText(/^Live \d+$/).click();
  await page.getByRole('listbox', { name: 'Keycards' }).press('End');
  await camera.take('narrow-keycards', 'narrow');
  await page.getByRole('button', { name: 'Settings' }).click();
  await camera.take('narrow-settings', 'narrow');
  await page.keyboard.press('Escape');
  await camera.take('zoomed-keycards', 'zoomed');
  await goTo(page, 'Secrets');
  await camera.take('zoomed-secrets', 'zoomed');
  await page.getByRole('button', { name: 'New secret' }).click();
  await camera.take('zoomed-new-secret', 'zoomed');
}

async function withDatabase(page: Page): Promise<void> {
  await postgres.query('CREATE ROLE readers NOLOGIN');
  const { user, password, port } = postgres;
  await ask(page, 'databases.connect', {
    name: 'orders-db',
    host: '127.0.0.1',
    port,
    database: 'postgres',
    username: user,
    password,
    tls: 'off',
  });
  await ask(page, 'databases.writeRole', {
    name: 'orders-readonly',
    connection: 'orders-db',
    creationStatements: [
      `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE readers`,
    ],
    defaultTtl: 3600,
    maxTtl: 86_400,
  });
}

async function again(page: Page): Promise<Page> {
  const next = await closing(desktop, page, () => page.keyboard.press('Control+l'));
  await unlock(next);
  return next;
}
