import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKnownVaults } from '../../../electron/main/known-vaults.ts';
import { openPreferences } from '../../../electron/main/preferences.ts';
import { parseListen } from '../../../electron/main/switches.ts';
import { openWindowState } from '../../../electron/main/window-state.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keywarden-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what the desktop remembers', () => {
  it('survives a restart, in files for the user alone, with nothing half-written beside', async () => {
    const file = join(folder, 'preferences.json');
    const chosen = { theme: 'dark', clipboardSeconds: 10, idleLockMinutes: 0 } as const;
    await (await openPreferences(file)).write(chosen);
    expect((await openPreferences(file)).current()).toEqual(chosen);
    expect(readdirSync(folder)).toEqual(['preferences.json']);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is written whole, one after the other, when two ask at once', async () => {
    const file = join(folder, 'preferences.json');
    const store = await openPreferences(file);
    const chosen = (clipboardSeconds: number) => ({
      theme: 'dark' as const,
      clipboardSeconds,
      idleLockMinutes: 0,
    });
    await Promise.all(Array.from({ length: 20 }, (_, index) => store.write(chosen(10 + index))));
    expect((await openPreferences(file)).current()).toEqual(chosen(29));
  });

  it.each(['', '{', 'null', '{"theme":"pink"}', '[]'])(
    'does not fail on a damaged file: %j',
    async (text) => {
      writeFileSync(join(folder, 'file.json'), text);
      expect((await openPreferences(join(folder, 'file.json'))).current().theme).toBe('system');
      expect((await openKnownVaults(join(folder, 'file.json'))).list()).toEqual([]);
      expect((await openWindowState(join(folder, 'file.json'), [])).current().maximized).toBe(false);
    },
  );

  it('puts the vault used last first, and keeps its name', async () => {
    const file = join(folder, 'vaults.json');
    const known = await openKnownVaults(file);
    await known.remember('/a', 'Team');
    await known.remember('/b/home');
    await known.remember('/a');
    expect((await openKnownVaults(file)).list()).toEqual([
      { directory: '/a', name: 'Team' },
      { directory: '/b/home', name: 'home' },
    ]);
  });

  it('keeps no vault shut because the list of vaults cannot be written', async () => {
    writeFileSync(join(folder, 'in-the-way'), '');
    const known = await openKnownVaults(join(folder, 'in-the-way', 'vaults.json'));
    expect(await known.remember('/a', 'Team')).toEqual({ directory: '/a', name: 'Team' });
    expect(known.list()).toEqual([{ directory: '/a', name: 'Team' }]);
  });

  it('does not put the window where no screen is any more', async () => {
    const file = join(folder, 'window.json');
    const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
    const state = { position: { x: 2500, y: 100 }, width: 1000, height: 700, maximized: false };
    await (await openWindowState(file, screens)).remember(state);
    expect((await openWindowState(file, screens)).current()).toEqual({ ...state, position: null });
    const wide = [...screens, { x: 1920, y: 0, width: 1920, height: 1080 }];
    expect((await openWindowState(file, wide)).current()).toEqual(state);
  });
});

describe('SECURITY(B1) --listen', () => {
  it.each([
    ['', { host: '127.0.0.1', port: 8200 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:8300', { host: 'localhost', port: 8300 }],
    ['[::1]:8200', { host: '::1', port: 8200 }],
  ])('%j is an address', (text, address) => {
    expect(parseListen(text)).toEqual(address);
  });

  it.each(['0.0.0.0:8200', '192.168.1.2:8200', ':8200', '127.0.0.1', '127.0.0.1:99999', 'example.org:80'])(
    '%s is refused',
    (text) => {
      expect(() => parseListen(text)).toThrow(/loopback/);
    },
  );
});
