import { join } from 'node:path';
import { runCommand } from '../process/run-command.mjs';
import { projectRoot } from '../project-root.mjs';

const withinMs = 5 * 60_000;

/** Runs the JavaScript file of an installed tool in a folder of the project; resolves to `{ code, output }`. */
export function runTool(file, args, folder = '.') {
  const path = join(projectRoot, 'node_modules', file);
  const options = { cwd: join(projectRoot, folder), capture: true, timeoutMs: withinMs };
  return runCommand(process.execPath, [path, ...args], options);
}
