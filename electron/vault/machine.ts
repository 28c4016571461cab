import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which machine, which run of it, which process: what a lock file says of its writer. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes with every start of the machine; empty where the platform does not tell. */
  readonly bootId: string;
  readonly pid: number;
  /** Tells a process from a later one with the same number; empty where the platform does not tell. */
  readonly startTime: string;
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  return {
    host: readText('/etc/machine-id') || hostname(),
    bootId: readText('/proc/sys/kernel/random/boot_id'),
    pid: process.pid,
    startTime: startTimeOf('self'),
  };
}

/** Whether the process that wrote this is gone for sure. Another machine's processes cannot be seen from here. */
export function isGone(writer: ProcessIdentity): boolean {
  const here = thisProcess();
  const sameBoot = writer.bootId !== '' && writer.bootId === here.bootId;
  if (!sameBoot) return writer.host === here.host;
  if (writer.pid === here.pid) return true;
  return startTimeOf(String(writer.pid)) !== writer.startTime;
}

/** The 22nd field of /proc/PID/stat; the second may hold spaces and brackets. */
function startTimeOf(pid: string): string {
  const stat = readText(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
