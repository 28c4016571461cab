import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announce } from './announce.mjs';
import { findProgram } from './find-program.mjs';

/** Whether a window can be shown on this machine as it is. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * Calls `use` with the environment that a window needs. Without a display it says so and lends a virtual one for
 * as long as `use` runs. We start Xvfb ourselves instead of through `xvfb-run`, because that shell script dies of
 * a signal without ending what it runs.
 */
export async function withDisplay(use) {
  if (hasDisplay()) return use(process.env);
  const program = findProgram('Xvfb');
  if (!program)
    throw new Error('There is no display here, and Xvfb, which could stand in, is not installed.');
  announce('there is no display here: using a virtual one (Xvfb)');

  const folder = mkdtempSync(join(tmpdir(), 'keywarden-display-'));
  const authority = join(folder, 'authority');
  writeFileSync(authority, authorityEntry(randomBytes(16)), { mode: 0o600 });
  const server = startServer(program, authority);
  try {
    const number = await displayNumber(server);
    return await use({ ...process.env, DISPLAY: `:${number}`, XAUTHORITY: authority });
  } finally {
    server.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

function startServer(program, authority) {
  const screen = ['-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-auth', authority, '-displayfd', '3'];
  // Detached: Ctrl-C in the terminal must reach the app before its display disappears.
  return spawn(program, screen, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true });
}

function displayNumber(server) {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdio[3].setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.trim());
    });
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`Xvfb ended with code ${code} before its display was up.`)));
  });
}

/** One Xauthority entry for any host and display: family, address, number, name, cookie, each with its length. */
function authorityEntry(cookie) {
  const field = (bytes) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const anyHost = Buffer.from([0xff, 0xff]);
  const empty = field(Buffer.alloc(0));
  return Buffer.concat([anyHost, empty, empty, field(Buffer.from('MIT-MAGIC-COOKIE-1')), field(cookie)]);
}
