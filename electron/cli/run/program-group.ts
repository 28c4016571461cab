import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds that what a program leaves behind has to end by itself. */
const ENDS_WITHIN = 2000;
const LOOK_EVERY = 50;

/**
 * Whether a program may have a process group of its own. At a terminal it may not: the terminal sends its signals to the
 * group in front, and lets no other read. Windows has no such groups.
 */
export function mayHaveGroup(platform: string): boolean {
  if (platform === 'win32') return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}

/** Ends what is left of the group of a program that has ended: asks first, insists after a while. */
export async function endGroup(leader: number): Promise<void> {
  if (!signalGroup(leader, 'SIGTERM')) return;
  for (let waited = 0; waited < ENDS_WITHIN; waited += LOOK_EVERY) {
    await pause(LOOK_EVERY);
    if (!signalGroup(leader, 0)) return;
  }
  signalGroup(leader, 'SIGKILL');
}

/** False: nobody is left in it. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
