import { runCommand } from './run-command.mjs';

/**
 * Runs npm: the very one that runs us, as a script of this Node, because `npm` is no program that Windows can start.
 * Started without npm, it is the one on the path.
 */
export function npm(args, options) {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.[cm]?js$/.test(script))
    return runCommand(process.execPath, [script, ...args], options);
  return runCommand('npm', args, { ...options, shell: process.platform === 'win32' });
}
