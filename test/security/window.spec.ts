import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from './desktop-fixture.ts';

/** The program that the package `electron` stands for outside of it. */
const electronPath = createRequire(import.meta.url)('electron') as unknown as string;

test('W1: every webContents is isolated, sandboxed and without Node', async ({ desktop }) => {
  await desktop.window();
  const preferences = await desktop.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => {
      // Not in the public types; what the contents were really made with.
      const made = contents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      return made.getLastWebPreferences();
    }),
  );
  expect(preferences.length).toBeGreaterThan(0);
  for (const made of preferences) {
    expect(made).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
    });
    expect(made['nodeIntegrationInWorker']).toBeFalsy();
    expect(made['webviewTag']).toBeFalsy();
    expect(made['experimentalFeatures']).toBeFalsy();
    expect(made['allowRunningInsecureContent']).toBeFalsy();
  }
});

test('W1: the page sees nothing of Node or Electron', async ({ desktop }) => {
  const page = await desktop.window();
  const seen = await page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer', '__dirname'].filter(
      (name) => name in globalThis,
    ),
  );
  expect(seen).toEqual([]);
});

test('W1: the exception for root is asked for on the command line, and the app says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keywarden-desktop-'));
  const app = spawn(
    electronPath,
    [
      '--no-sandbox',
      process.env['KEYWARDEN_TEST_APP'] ?? resolve(import.meta.dirname, '../..'),
      `--user-data-dir=${join(folder, 'data')}`,
      '--listen=127.0.0.1:0',
    ],
    { env: { ...process.env, XDG_RUNTIME_DIR: folder }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  app.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(app, 'exit');
  try {
    await expect.poll(() => said).toContain('"event":"desktop.no-sandbox"');
    await expect.poll(() => said).toContain('"event":"broker-listening"');
  } finally {
    app.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

test('W3: the page cannot be led anywhere else', async ({ desktop }) => {
  const page = await desktop.window();
  const before = page.url();
  for (const target of [
    'https://example.org/',
    'http://127.0.0.1:1/',
    'file:///etc/hostname',
    'app://keywarden/index.html?other',
    'data:text/html,<h1>x</h1>',
  ]) {
    await page.evaluate((address) => {
      const link = document.createElement('a');
      link.href = address;
      document.body.append(link);
      link.click();
      link.remove();
      location.assign(address);
    }, target);
    // A round trip through the main process: the navigation would have begun by now.
    await desktop.app.evaluate(() => undefined);
    expect(page.url()).toBe(before);
    expect(await page.evaluate(() => typeof window.keywarden)).toBe('object');
  }
});

test('W3: a blank page, which Chromium does not ask about, is led back and not listened to', async ({
  desktop,
}) => {
  const page = await desktop.window();
  const back = page.waitForEvent('framenavigated', (frame) => frame.url() === 'app://keywarden/');
  await page.evaluate(() => location.assign('about:blank'));
  await back;
  await page.waitForFunction(() => window.keywarden !== undefined);
  expect((await page.evaluate(() => window.keywarden['app.status']())).ok).toBe(true);
});

test('W3: every webContents refuses navigation, redirects, frames and webviews, a new one too', async ({
  desktop,
}) => {
  const prevented = await desktop.app.evaluate(({ BrowserWindow, webContents }) => {
    const extra = new BrowserWindow({ show: false });
    const events = ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'];
    const results = webContents.getAllWebContents().flatMap((contents) =>
      events.map((event) => {
        let isPrevented = false;
        const fake = {
          preventDefault: () => {
            isPrevented = true;
          },
        };
        (contents as unknown as NodeJS.EventEmitter).emit(event, fake);
        return isPrevented;
      }),
    );
    extra.destroy();
    return results;
  });
  expect(prevented.length).toBeGreaterThanOrEqual(8);
  expect(prevented.every(Boolean)).toBe(true);
});

test('W4: no window is opened, by script, by link or by middle click', async ({ desktop }) => {
  const page = await desktop.window();
  const opened = await page.evaluate(() => {
    const results = [window.open('https://example.org/'), window.open('app://keywarden/'), window.open()];
    const link = document.createElement('a');
    link.href = 'https://example.org/';
    link.target = '_blank';
    document.body.append(link);
    link.click();
    link.dispatchEvent(new MouseEvent('auxclick', { button: 1, bubbles: true, cancelable: true }));
    link.dispatchEvent(new MouseEvent('click', { ctrlKey: true, bubbles: true, cancelable: true }));
    link.remove();
    return results.filter((one) => one !== null).length;
  });
  expect(opened).toBe(0);
  const windows = await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  expect(windows).toBe(1);
});

test('W5: every permission is denied', async ({ desktop }) => {
  const page = await desktop.window();
  const outcome = await page.evaluate(async () => {
    const refused = async (work: () => Promise<unknown>) => {
      try {
        await work();
        return 'granted';
      } catch {
        return 'refused';
      }
    };
    const states: Record<string, string> = {};
    for (const name of ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read']) {
      const { state } = await navigator.permissions.query({ name: name as PermissionName });
      states[name] = state;
    }
    return {
      states,
      notification: await Notification.requestPermission(),
      camera: await refused(() => navigator.mediaDevices.getUserMedia({ video: true })),
      screen: await refused(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
      clipboard: await refused(() => navigator.clipboard.readText()),
      place: await refused(
        () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
      ),
    };
  });
  expect(Object.values(outcome.states)).toEqual(Object.values(outcome.states).map(() => 'denied'));
  expect(outcome).toMatchObject({
    notification: 'denied',
    camera: 'refused',
    screen: 'refused',
    clipboard: 'refused',
    place: 'refused',
  });
});

test('W7: the session lives in memory, without a cache', async ({ desktop }) => {
  await desktop.window();
  const session = await desktop.app.evaluate(async ({ BrowserWindow }) => {
    const used = BrowserWindow.getAllWindows()[0]?.webContents.session;
    return {
      persistent: used?.isPersistent(),
      path: used?.getStoragePath(),
      cache: await used?.getCacheSize(),
    };
  });
  expect(session).toEqual({ persistent: false, path: null, cache: 0 });
  const partitions = join(desktop.folder, 'data', 'Partitions');
  expect(existsSync(partitions) ? readdirSync(partitions) : []).toEqual([]);
});

test('W7: the page reaches no network, whatever it tries', async ({ desktop }) => {
  const heard: string[] = [];
  const tcp = createServer((socket) => {
    heard.push('tcp');
    socket.destroy();
  });
  const udp = createSocket('udp4', () => heard.push('udp'));
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as { port: number };
  try {
    const page = await desktop.window();
    const results = await page.evaluate(
      async ({ tcpPort, udpPort }) => {
        const address = `127.0.0.1:${tcpPort}`;
        const outcome = (start: (done: (text: string) => void) => void) =>
          new Promise<string>((done) => start(done));
        const element = (tag: string, attributes: Record<string, string>) =>
          outcome((done) => {
            const made = document.createElement(tag);
            made.addEventListener('error', () => done('refused'));
            made.addEventListener('load', () => done('loaded'));
            for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
            document.head.append(made);
          });
        const socket = (kind: 'WebSocket' | 'EventSource') =>
          outcome((done) => {
            try {
              const made =
                kind === 'WebSocket'
                  ? new WebSocket(`ws://${address}`)
                  : new EventSource(`http://${address}`);
              made.onerror = () => done('refused');
              made.onopen = () => done('loaded');
            } catch {
              done('refused');
            }
          });
        const results = [
          await fetch(`http://${address}/`).then(
            () => 'loaded',
            () => 'refused',
          ),
          await element('img', { src: `http://${address}/a.png` }),
          await element('script', { src: `http://${address}/a.js` }),
          await element('link', { rel: 'stylesheet', href: `http://${address}/a.css` }),
          await socket('WebSocket'),
          await socket('EventSource'),
        ];
        navigator.sendBeacon(`http://${address}/`, 'x');
        for (const rel of ['preconnect', 'prefetch', 'dns-prefetch', 'preload', 'modulepreload']) {
          const link = document.createElement('link');
          link.rel = rel;
          link.href = `http://${address}/x`;
          document.head.append(link);
        }
        const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${udpPort}` }] });
        peer.createDataChannel('x');
        const gathered = outcome((done) => {
          peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && done('complete');
        });
        await peer.setLocalDescription(await peer.createOffer());
        await gathered;
        peer.close();
        return results;
      },
      { tcpPort: port, udpPort: udp.address().port },
    );
    expect(results).toEqual(results.map(() => 'refused'));
    expect(heard).toEqual([]);
  } finally {
    tcp.close();
    udp.close();
  }
});
