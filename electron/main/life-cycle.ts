/**
 * Ties the desktop to Electron's life. What must always hold: the vault is closed before the process ends, and the
 * screen is closed whenever nobody can be sitting before it.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, ipcMain, nativeTheme, powerMonitor, safeStorage, screen, session } from 'electron';
import { stateFolder } from '../../shared/model/state-folder.ts';
import { allHandlers } from '../ipc/handlers/all-handlers.ts';
import { installRouter } from '../ipc/router.ts';
import { isTrustedSender } from '../ipc/sender.ts';
import { clipboardDoor } from '../platform/clipboard-door.ts';
import { chooseBackup, saveText } from '../platform/file-dialogs.ts';
import { chooseFolder } from '../platform/folder-dialog.ts';
import { createKeychain } from '../platform/keychain.ts';
import { watchLockTriggers } from '../platform/lock-triggers.ts';
import { tellInBackground } from '../platform/notices.ts';
import { placeIn } from '../vault/place.ts';
import { serveApp } from './app-protocol.ts';
import { assembleDesktop, type Desktop } from './desktop.ts';
import { hardenContents } from './harden-contents.ts';
import { hardenSession } from './harden-session.ts';
import { installMenu } from './menu.ts';
import { findPostgresPrograms } from './sample-database/postgres-programs.ts';
import { createSampleDatabase, type ManagedSample } from './sample-database/sample-database.ts';
import { sampleLeftovers } from './sample-database/sample-leftovers.ts';
import { sealAfterAsking } from './seal-after-asking.ts';
import { parseListen } from './switches.ts';
import { SYSTEM_PORTS } from './system-ports.ts';
import { vaultAssembly } from './vault-assembly.ts';
import { PARTITION } from './web-preferences.ts';
import { createMainWindow, type MainWindow } from './window.ts';
import { openWindowState } from './window-state.ts';

const { log, clock, random } = SYSTEM_PORTS;

/** Starts the desktop. Called once, before Electron is ready. */
export async function start(): Promise<void> {
  const listen = parseListen(app.commandLine.getSwitchValue('listen'));
  app.on('web-contents-created', (_event, contents) => hardenContents(contents)); // SECURITY(W3)
  await app.whenReady();
  tellOfMissingSandbox();

  const hardened = session.fromPartition(PARTITION, { cache: false }); // SECURITY(W7)
  hardenSession(hardened);
  hardenSession(session.defaultSession);
  serveApp(hardened.protocol, join(import.meta.dirname, '../renderer'), random);

  const userData = app.getPath('userData');
  const runtime = {
    env: process.env,
    platform: process.platform,
    uid: process.getuid?.(),
    tmpdir: tmpdir(),
  };
  const devTools = !app.isPackaged; // SECURITY(W6)
  let forgetHeld = (): void => undefined;
  const window = createMainWindow({
    preload: join(import.meta.dirname, '../preload/index.cjs'),
    devTools,
    state: await openWindowState(
      join(userData, 'window.json'),
      screen.getAllDisplays().map((display) => display.workArea),
    ),
    clock,
    crashed(reason) {
      log('error', 'window.crashed', { reason });
      forgetHeld();
    },
  });
  const desktop = await assembleDesktop({
    ports: SYSTEM_PORTS,
    vaults: vaultAssembly(SYSTEM_PORTS, await placeIn(stateFolder(runtime), random)),
    keychain: createKeychain({
      safeStorage,
      platform: process.platform,
      folder: join(userData, 'keychain'),
    }),
    userData,
    vaultsFolder: join(app.getPath('documents'), 'Keywarden'),
    listen,
    runtime,
    clipboard: clipboardDoor,
    sample: await sampleWherePresent(userData, window),
    send: window.send,
    replaceWindow: window.replace,
    chooseFolder: (purpose) => chooseFolder(window.current(), purpose),
    chooseBackup: () => chooseBackup(window.current()),
    saveText: (suggested, text) => saveText(window.current(), 'Save the recovery kit', suggested, text),
    preferencesChanged: ({ theme }) => {
      nativeTheme.themeSource = theme;
    },
    platform: platformName(),
    version: app.getVersion(),
  });

  forgetHeld = () => desktop.desk.held.forgetAll();
  installRouter({
    door: ipcMain,
    isTrusted: (event) => isTrustedSender(event, window.registered),
    handlers: allHandlers(desktop.desk),
    log,
  });
  const lock = (): void => inBackground(desktop.desk.lock());
  installMenu(
    {
      command: (command) => inBackground(window.show().then(() => window.send({ kind: 'command', command }))),
      lock,
      seal: () => inBackground(sealAfterAsking(desktop.desk, window.current())),
    },
    process.platform,
    devTools,
  );
  watchLockTriggers({
    power: powerMonitor,
    clock,
    idleMinutes: () => desktop.desk.preferences().idleLockMinutes,
    lock,
  });
  staysWhileServing(desktop, window);
  await window.show();
}

/** Closing the window locks; the process stays as long as apps are served, and ends only when all is closed. */
function staysWhileServing(desktop: Desktop, window: MainWindow): void {
  let ending: 'no' | 'closing' | 'closed' = 'no';
  app.on('window-all-closed', () => {
    if (ending !== 'no') return;
    inBackground(desktop.desk.lock()); // SECURITY(S4)
    if (desktop.phase.core() === undefined) app.quit();
    else tellInBackground('Keywarden is locked', 'Your apps keep working. Start Keywarden again to open it.');
  });
  // Not while it ends: a vault that is opened then would be open when the process goes.
  const show = (): void => {
    if (ending === 'no') inBackground(window.show());
  };
  app.on('second-instance', show);
  app.on('activate', show);
  app.on('before-quit', (event) => {
    if (ending === 'closed') return;
    event.preventDefault();
    if (ending === 'closing') return;
    ending = 'closing';
    // First, so that sealing does not make a new window for the screen that it closes.
    window.current()?.destroy();
    const quit = (): void => {
      ending = 'closed';
      app.quit();
    };
    desktop.close().then(quit, (error: unknown) => {
      log('error', 'desktop.not-closed-cleanly', { reason: nameOf(error) });
      quit();
    });
  });
}

/** The sample database, where the embedded PostgreSQL is installed; what a crash has left of it is ended now. */
async function sampleWherePresent(userData: string, window: MainWindow): Promise<ManagedSample | undefined> {
  const programs = await findPostgresPrograms();
  if (!programs) return undefined;
  const leftovers = sampleLeftovers(userData);
  await leftovers.sweep().catch(() => log('warn', 'sample.leftovers-not-removed'));
  return createSampleDatabase({
    programs,
    leftovers,
    random,
    log,
    progress: (step) => window.send({ kind: 'progress', job: 'sample', step }),
    changed: () => window.send({ kind: 'changed', topics: ['databases'] }),
  });
}

function tellOfMissingSandbox(): void {
  if (app.commandLine.hasSwitch('no-sandbox')) {
    // SECURITY(W1): the one documented exception: Chromium refuses to sandbox as root.
    log('warn', 'desktop.no-sandbox', {
      reason: 'started with --no-sandbox, as root in a container needs it',
    });
  }
}

function inBackground(work: Promise<unknown>): void {
  work.catch((error: unknown) => log('error', 'desktop.failed', { reason: nameOf(error) }));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.constructor.name}` : typeof error;
}

function platformName(): 'darwin' | 'win32' | 'linux' {
  return process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';
}
