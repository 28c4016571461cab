import { formatDuration } from './process/announce.mjs';
import { main } from './setup.mjs';
import { runSuite, suites } from './suites.mjs';

const [name, ...args] = process.argv.slice(2);
if (!suites[name]) {
  process.stderr.write(`usage: node scripts/run-suite.mjs ${Object.keys(suites).join('|')} [arguments]\n`);
  process.exit(2);
}

await main(suites[name].needs, async () => {
  const started = performance.now();
  const { code, passed, failed } = await runSuite(name, args);
  process.stdout.write(
    `${name}: ${passed} passed, ${failed} failed in ${formatDuration(performance.now() - started)}\n`,
  );
  return code;
});
