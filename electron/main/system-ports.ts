import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import type { Clock, CorePorts, Log } from '../core/ports.ts';

const systemClock: Clock = {
  now: () => Date.now(),
  uptime: () => performance.now(),
  elapsed: () => uptime() * 1000,
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** One JSON line for each event on the standard error. Callers never hand it a secret. */
const log: Log = (level, event, fields) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
};

/** The machine's own clock, randomness and log: the only place where the desktop reads them. */
export const SYSTEM_PORTS: CorePorts = {
  clock: systemClock,
  random: (length) => new Uint8Array(randomBytes(length)),
  log,
};
