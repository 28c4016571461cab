import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, expect, test } from '@playwright/test';

const project = resolve(import.meta.dirname, '../..');

// SECURITY(W1): run as a user who is not root, because Chromium refuses to run its sandbox as root.
test('the window lives in a real sandbox: the kernel filters its system calls and grants it nothing more', async () => {
  expect(process.getuid?.(), 'this test must not run as root').not.toBe(0);
  const userData = mkdtempSync(join(tmpdir(), 'keywarden-user-data-'));
  const app = await _electron.launch({
    chromiumSandbox: true,
    args: [project, `--user-data-dir=${userData}`, '--listen=127.0.0.1:0'],
  });
  try {
    await app.firstWindow();
    const switches = await app.evaluate(() => process.argv.join(' '));
    expect(switches).not.toContain('--no-sandbox');

    const renderer = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
    );
    const status = readFileSync(`/proc/${renderer}/status`, 'utf8');
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
  } finally {
    await app.close();
    rmSync(userData, { recursive: true, force: true });
  }
});
