import { runChecks } from './check/run-checks.mjs';
import { formatDuration } from './process/announce.mjs';
import { runSandboxSuite } from './sandbox-suite.mjs';
import { everything, forChecks, main } from './setup.mjs';
import { runSuite } from './suites.mjs';

const stages = {
  check: checks,
  unit: () => runSuite('unit'),
  'crypto-in-electron': () => runSuite('crypto-in-electron'),
  integration: () => runSuite('integration'),
  fault: () => runSuite('fault'),
  e2e: () => runSuite('e2e'),
  security: () => runSuite('security'),
  sandbox: runSandboxSuite,
};

await main({ ...everything, ...forChecks }, async () => {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const times = [];
  for (const [name, run] of Object.entries(stages)) {
    process.stdout.write(`\n== ${name}\n`);
    const started = performance.now();
    const counts = await run();
    times.push(`  ${name.padEnd(20)}${formatDuration(performance.now() - started)}\n`);
    for (const key of Object.keys(total)) total[key] += counts[key];
    if (counts.failed > 0) break;
  }
  process.stdout.write(`\n${times.join('')}`);
  if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped\n`);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed > 0 ? 1 : 0;
});

async function checks() {
  // The checks are not tests: they count only where they fail.
  return { passed: 0, failed: (await runChecks()) ? 0 : 1, skipped: 0 };
}
