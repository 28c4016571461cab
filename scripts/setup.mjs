import { pathToFileURL } from 'node:url';
import { announce, formatDuration } from './process/announce.mjs';
import { build } from './setup/build.mjs';
import { electron } from './setup/electron.mjs';
import { electronTypes } from './setup/electron-types.mjs';
import { requireNode } from './setup/node-version.mjs';
import { npmPackages } from './setup/npm-packages.mjs';
import { postgresBinaries } from './setup/postgres-binaries.mjs';
import { takeSetupLock } from './setup/setup-lock.mjs';
import { systemLibraries } from './setup/system-libraries.mjs';

/** What each command needs, in the order in which it is set up. */
export const everything = { npmPackages, postgresBinaries, electron, systemLibraries, build };
export const withoutDesktop = { npmPackages, postgresBinaries, build };
export const forChecks = { npmPackages, electronTypes };
export const forUnitTests = { npmPackages, postgresBinaries };

/**
 * Brings a checkout from "just cloned" to "ready". Every step first looks whether it is done, so that a second run
 * does nothing, and a run that was cut short is picked up where it stopped.
 */
export async function setup(steps = everything) {
  requireNode();
  let release = null;
  const started = performance.now();
  try {
    for (const step of Object.values(steps)) {
      if (await step.done()) continue;
      release ??= await takeSetupLock();
      if (!(await step.done())) await step.run();
    }
  } finally {
    release?.();
  }
  if (release) announce(`set up in ${formatDuration(performance.now() - started)}`);
}

/** Runs the body of a script after its set-up; what fails is told in one line, without a stack. */
export async function main(steps, body) {
  try {
    await setup(steps);
    process.exitCode = await body();
  } catch (error) {
    announce(error.message);
    process.exitCode = 1;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(everything, () => 0);
