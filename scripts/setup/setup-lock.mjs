import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { announce } from '../process/announce.mjs';
import { projectRoot } from '../project-root.mjs';

const folder = join(projectRoot, '.setup');
const lockFile = join(folder, 'lock');
const waitAtMostMs = 20 * 60_000;

/** Lets one process at a time change node_modules and out/; returns the function that lets the next one in. */
export async function takeSetupLock() {
  mkdirSync(folder, { recursive: true });
  const deadline = performance.now() + waitAtMostMs;
  let told = false;
  while (!createLock()) {
    const owner = lockOwner();
    if (owner !== null && !isAlive(owner)) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (performance.now() > deadline) throw new Error(`Process ${owner} holds the set-up lock for too long.`);
    if (!told) announce(`waiting for the set-up that process ${owner} runs`);
    told = true;
    await delay(200);
  }
  return () => rmSync(lockFile, { force: true });
}

/** Written beside and linked into place, so that a lock is never seen without its owner. */
function createLock() {
  const draft = join(folder, `lock-${process.pid}`);
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function lockOwner() {
  try {
    return Number(readFileSync(lockFile, 'utf8')) || null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
