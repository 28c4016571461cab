import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import { pooledRandom } from '../../core/pooled-random.ts';
import type { CorePorts } from '../../core/ports.ts';
import type { Surroundings } from '../surroundings.ts';

/** The machine's own clock and randomness, and a log of one JSON line an event on standard error. */
export function systemPorts({ stderr }: Surroundings): CorePorts {
  return {
    clock: {
      now: () => Date.now(),
      uptime: () => performance.now(),
      elapsed: () => uptime() * 1000,
      after(milliseconds, callback) {
        const timer = setTimeout(callback, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    random: pooledRandom((length) => new Uint8Array(randomBytes(length))),
    log(level, event, fields) {
      stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
    },
  };
}
