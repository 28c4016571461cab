import { describe, expect, it } from 'vitest';
import { hardenContents } from '../../../electron/main/harden-contents.ts';
import { hardenSession, isOurs } from '../../../electron/main/harden-session.ts';
import { WEB_PREFERENCES } from '../../../electron/main/web-preferences.ts';

describe('SECURITY(W2) the one web preferences', () => {
  it('switches off what a page does not need, and nothing on', () => {
    expect(WEB_PREFERENCES).toEqual({
      partition: 'keywarden',
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      experimentalFeatures: false,
      plugins: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      disableBlinkFeatures: 'Auxclick',
    });
  });

  it('SECURITY(W7) names a session in memory', () => {
    expect(WEB_PREFERENCES.partition).not.toMatch(/^persist:/);
  });
});

describe('a hardened webContents', () => {
  const listeners = new Map<string, (event: { preventDefault(): void }) => void>();
  let webRtc = '';
  let openHandler: (() => { action: string }) | undefined;
  hardenContents({
    on: (event, listener) => listeners.set(event, listener),
    setWebRTCIPHandlingPolicy: (policy) => {
      webRtc = policy;
    },
    setWindowOpenHandler: (handler) => {
      openHandler = handler as unknown as () => { action: string };
    },
  });

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
    'SECURITY(W3) prevents %s',
    (event) => {
      let prevented = false;
      listeners.get(event)?.({
        preventDefault: () => {
          prevented = true;
        },
      });
      expect(prevented).toBe(true);
    },
  );

  it('SECURITY(W7) sends no WebRTC packets', () => {
    expect(webRtc).toBe('disable_non_proxied_udp');
  });

  it('SECURITY(W4) opens no window', () => {
    expect(openHandler?.()).toEqual({ action: 'deny' });
  });
});

describe('a hardened session', () => {
  const answers: unknown[] = [];
  const cancelled: boolean[] = [];
  let downloadPrevented = false;
  hardenSession({
    setPermissionRequestHandler: (handler) =>
      handler?.(undefined as never, 'media', (granted) => answers.push(granted), undefined as never),
    setPermissionCheckHandler: (handler) =>
      answers.push(handler?.(null, 'clipboard-read' as never, '', undefined as never)),
    setDevicePermissionHandler: (handler) => answers.push(handler?.(undefined as never)),
    setSpellCheckerEnabled: (enabled) => answers.push(enabled),
    webRequest: {
      onBeforeRequest: (listener) => {
        for (const url of ['app://keywarden/a.js', 'https://example.org/']) {
          listener({ url }, ({ cancel }) => cancelled.push(cancel));
        }
      },
    },
    on: (_event, listener) =>
      listener({
        preventDefault: () => {
          downloadPrevented = true;
        },
      }),
  });

  it('SECURITY(W5) denies every permission, check and device', () => {
    expect(answers).toEqual([false, false, false, false]);
    expect(downloadPrevented).toBe(true);
  });

  it('SECURITY(W7) cancels every request that is not for our own files', () => {
    expect(cancelled).toEqual([false, true]);
  });

  it.each([
    ['app://keywarden/', true],
    ['app://keywarden/assets/x.js', true],
    ['app://keywarden.evil/', false],
    ['http://127.0.0.1:8200/', false],
    ['ws://127.0.0.1/', false],
    ['file:///etc/passwd', false],
    ['data:text/plain,x', false],
    ['blob:app://keywarden/1', false],
  ])('%s is ours: %s', (url, ours) => {
    expect(isOurs(url)).toBe(ours);
  });
});
