import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';

const project = resolve(import.meta.dirname, '../..');

/** The built desktop, running on folders of its own. */
export interface TestDesktop {
  readonly app: ElectronApplication;
  /** The window that is there now; locking replaces it. */
  window(): Promise<Page>;
  /** Everything that the desktop keeps: `data` (user data), `run` (runtime folder), `home`. */
  readonly folder: string;
  /** Where the broker listens. */
  brokerAddress(): Promise<string>;
  /** What the main process wrote to its standard error. */
  log(): string;
  /** Quits as a person would, and starts again on the same folders. */
  restart(): Promise<TestDesktop>;
  /** Quits and removes the folders. */
  close(): Promise<void>;
}

/** How a test may start the desktop. */
export interface LaunchOptions {
  /** More switches for the app. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the built app with its own user data, home and runtime folder, and a broker on any free port. */
export async function launchDesktop(options: LaunchOptions = {}): Promise<TestDesktop> {
  const folder = mkdtempSync(join(tmpdir(), 'keywarden-desktop-'));
  for (const name of ['home', 'run']) mkdirSync(join(folder, name), { mode: 0o700 });
  try {
    return await launchIn(folder, options);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function launchIn(folder: string, options: LaunchOptions): Promise<TestDesktop> {
  const app = await _electron.launch({
    args: [
      process.env['KEYWARDEN_TEST_APP'] ?? project,
      `--user-data-dir=${join(folder, 'data')}`,
      '--listen=127.0.0.1:0',
      ...(options.args ?? []),
    ],
    env: {
      ...environment(),
      HOME: join(folder, 'home'),
      XDG_RUNTIME_DIR: join(folder, 'run'),
      XDG_STATE_HOME: join(folder, 'state'),
      ...options.env,
    },
    timeout: 30_000,
  });
  const child = app.process();
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });

  const quit = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    // A desktop that does not end by itself must not hang the suite.
    const impatience = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await app.close();
    clearTimeout(impatience);
  };
  const currentWindow = async (): Promise<Page> => {
    for (;;) {
      const page = app.windows().find((one) => !one.isClosed()) ?? (await app.waitForEvent('window'));
      try {
        // A window starts as a blank page; only ours counts.
        await page.waitForURL('app://keywarden/**', { waitUntil: 'load' });
        return page;
      } catch (error) {
        if (!page.isClosed()) throw error;
      }
    }
  };
  await currentWindow();
  return {
    app,
    window: currentWindow,
    folder,
    async brokerAddress() {
      const page = await currentWindow();
      const address = await page.evaluate(async () => {
        const reply = await window.keywarden['app.status']();
        return reply.ok ? reply.value.broker.address : null;
      });
      if (address === null) throw new Error('the broker does not listen');
      return address;
    },
    log: () => log,
    async restart() {
      await quit();
      return launchIn(folder, options);
    },
    async close() {
      try {
        await quit();
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** This process's environment, less what would point the app at somebody else's broker or token. */
function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(VAULT_|KEYWARDEN_)/.test(entry[0]),
  );
  return Object.fromEntries(entries);
}
