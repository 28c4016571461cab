/**
 * The desktop's main process: this file starts it, life-cycle.ts puts it together.
 *
 * Nothing here may wait at the top level: Electron's `ready` comes only after this module has been evaluated.
 */
import { app, protocol } from 'electron';
import { APP_SCHEME } from './app-protocol.ts';
import { start } from './life-cycle.ts';
import { SYSTEM_PORTS } from './system-ports.ts';

// SECURITY(W1): the one exception: as root Chromium refuses to sandbox, and this call would take `--no-sandbox` back.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
// SECURITY(W7): Chromium's own network stack finds no host at all. The broker and the engines use Node's.
app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
protocol.registerSchemesAsPrivileged([APP_SCHEME]);

// Electron would show the message and stack of a stray error in a dialog; the ledger is made for a sudden end.
process.on('uncaughtException', (error) => {
  SYSTEM_PORTS.log('error', 'desktop.crashed', { reason: error.constructor.name });
  app.exit(1);
});

// One desktop for each user data folder: a second start only shows the first one's window.
if (app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    SYSTEM_PORTS.log('error', 'desktop.not-started', {
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    app.exit(1);
  });
} else {
  app.quit();
}
