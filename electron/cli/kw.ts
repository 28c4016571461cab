#!/usr/bin/env -S node --
// The -- keeps node from taking our --env-file for its own, which it looks for behind the script as well.
import { tmpdir } from 'node:os';
import process from 'node:process';
import { version } from '../../package.json';
import { COMMANDS } from './commands.ts';
import { runKw } from './run-kw.ts';

let isLost = false;
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as head, is no failure of ours.
  if (code === 'EPIPE' || isLost) return;
  isLost = true;
  process.exitCode = 1;
  process.stderr.write('kw: The output could not be written.\n');
});
process.stderr.on('error', () => undefined);

const code = await runKw(process.argv.slice(2), COMMANDS, version, {
  env: process.env,
  platform: process.platform,
  uid: process.getuid?.(),
  tmpdir: tmpdir(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
// The exit code is set, not forced: what was written must reach its pipe first.
process.exitCode = isLost && code === 0 ? 1 : code;
