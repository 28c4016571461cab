import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const script = pathToFileURL(resolve(import.meta.dirname, '../../../scripts/process/run-command.mjs')).href;

/** Says that it heard a signal, and ends a while later with how many it has heard. */
const listener = `
  let heard = 0;
  process.on('SIGINT', () => {
    heard += 1;
    console.log('heard');
    setTimeout(() => process.exit(heard), 300);
  });
  setInterval(() => {}, 1000);
  console.log('up');
`;

it.skipIf(process.platform === 'win32')(
  'a wish to end that comes twice at once, from the terminal and from npm, is passed on once',
  async () => {
    const run = `
      import { runCommand } from ${JSON.stringify(script)};
      const options = { detached: true };
      process.exitCode = await runCommand(process.execPath, ['-e', ${JSON.stringify(listener)}], options);
    `;
    const runner = spawn(process.execPath, ['--input-type=module', '-e', run], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(runner, 'exit');
    for await (const said of runner.stdout) {
      if (String(said).includes('up') || String(said).includes('heard')) runner.kill('SIGINT');
    }
    expect(await ended).toEqual([1, null]);
  },
);
