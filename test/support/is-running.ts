import { spawnSync } from 'node:child_process';

/** Whether there is such a process that has not ended yet; one that nobody has taken note of has. */
export function isRunning(pid: number): boolean {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 && !stdout.startsWith('Z');
}
