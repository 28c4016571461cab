import { defineConfig } from '@playwright/test';

const minute = 60_000;
// SECURITY(W1): needs a user who is not root, because Chromium refuses to run its sandbox as root.
const sandbox = /sandbox\.spec\.ts$/;

export default defineConfig({
  outputDir: process.env['KEYWARDEN_TEST_OUTPUT'] ?? 'test-results',
  timeout: 2 * minute,
  expect: { timeout: 15_000 },
  // Each test starts a whole Electron, and the screen, the clipboard and the ports are shared.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  use: { trace: 'off', screenshot: 'off', video: 'off' },
  projects: [
    { name: 'e2e', testDir: 'test/e2e', testIgnore: sandbox },
    { name: 'security', testDir: 'test/security' },
    { name: 'sandbox', testDir: 'test/e2e', testMatch: sandbox },
    { name: 'screenshots', testDir: 'test/screenshots' },
  ],
});
