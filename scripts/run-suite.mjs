import { formatDuration } from './process/announce.mjs';
import { main } from './setup.mjs';
import { runSuite, suites } from './suites.mjs';

const [name, ...args] = process.argv.slice(2);
const rounds = takeRounds(args);
if (!suites[name]) refuse(`usage: node scripts/run-suite.mjs ${Object.keys(suites).join('|')} [arguments]`);

await main(suites[name].needs, async () => {
  const started = performance.now();
  const { code, passed, failed } = await runSuite(name, { args, rounds });
  process.stdout.write(
    `${name}: ${passed} passed, ${failed} failed in ${formatDuration(performance.now() - started)}\n`,
  );
  return code;
});

/** The long form of a suite: `-- --rounds N`. The test runners do not know this option, so it is taken out. */
function takeRounds(list) {
  const at = list.indexOf('--rounds');
  if (at < 0) return undefined;
  const [, count] = list.splice(at, 2);
  if (!/^[1-9]\d*$/.test(count)) refuse('--rounds takes a number');
  return count;
}

function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
