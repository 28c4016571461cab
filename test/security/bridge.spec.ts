import { CHANNELS } from '../../shared/ipc/channels.ts';
import { expect, test } from './desktop-fixture.ts';

test('I2: another webContents with the same page and preload is not listened to', async ({ desktop }) => {
  await desktop.window();
  const opened = desktop.app.waitForEvent('window');
  await desktop.app.evaluate(async ({ app, BrowserWindow }) => {
    const session = BrowserWindow.getAllWindows()[0]?.webContents.session;
    if (!session) throw new Error('there is no window');
    const preload = `${app.getAppPath()}/out/preload/index.cjs`;
    const extra = new BrowserWindow({ show: false, webPreferences: { preload, session, sandbox: true } });
    await extra.loadURL('app://keywarden/');
  });
  const stranger = await opened;
  const reply = await stranger.evaluate(() => window.keywarden['app.status']());
  expect(reply).toEqual({ ok: false, error: { code: 'permission-denied', message: 'Permission denied.' } });
  await stranger.close();
});

test('I3: unknown keys, wrong types and oversize inputs are refused', async ({ desktop }) => {
  const page = await desktop.window();
  const codes = await page.evaluate(async () => {
    const ask = async (channel: string, input: unknown) => {
      const call = (window.keywarden as unknown as Record<string, (input: unknown) => Promise<unknown>>)[
        channel
      ];
      const reply = (await call?.(input)) as { ok: boolean; error?: { code: string } };
      return reply.ok ? 'ok' : reply.error?.code;
    };
    return [
      await ask('vault.suggestFolder', { name: 'x' }),
      await ask('vault.suggestFolder', { name: 'x', more: 1 }),
      await ask('vault.suggestFolder', { name: 42 }),
      await ask('vault.suggestFolder', { name: 'x'.repeat(5_000_000) }),
      await ask('app.status', { more: 1 }),
      await ask('secrets.show', { path: '../../etc' }),
    ];
  });
  expect(codes).toEqual([
    'ok',
    'invalid-request',
    'invalid-request',
    'body-too-large',
    'invalid-request',
    'invalid-request',
  ]);
});

test('I4: the keys of the bridge are the contract, and nothing else crosses', async ({ desktop }) => {
  const page = await desktop.window();
  const bridge = await page.evaluate(() => ({
    keys: Object.keys(window.keywarden),
    kinds: [...new Set(Object.values(window.keywarden).map((value) => typeof value))],
    frozen: (() => {
      try {
        Object.assign(window.keywarden, { 'app.status': () => 'mine' });
      } catch {}
      return !window.keywarden['app.status'].toString().includes('mine');
    })(),
  }));
  expect(bridge.keys.sort()).toEqual([...CHANNELS, 'onEvent'].sort());
  expect(bridge.kinds).toEqual(['function']);
  expect(bridge.frozen).toBe(true);
});

test('I4: an event reaches the page as plain data, without the event object', async ({ desktop }) => {
  const page = await desktop.window();
  await page.evaluate(() => {
    const received = new Promise((resolve) => {
      const stop = window.keywarden.onEvent((...args: unknown[]) => {
        stop();
        resolve({ count: args.length, keys: Object.keys(args[0] as object) });
      });
    });
    Object.assign(globalThis, { received });
  });
  await desktop.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.send('keywarden.event', { kind: 'status' });
  });
  const received = await page.evaluate(
    () => (globalThis as unknown as { received: Promise<unknown> }).received,
  );
  expect(received).toEqual({ count: 1, keys: ['kind'] });
});

test('I5: what crosses on error is a code and a safe sentence', async ({ desktop }) => {
  const page = await desktop.window();
  const reply = await page.evaluate(() => window.keywarden['secrets.list']({ folder: '' }));
  expect(reply).toEqual({
    ok: false,
    error: { code: 'sealed', message: 'The vault is sealed.' },
  });
});
