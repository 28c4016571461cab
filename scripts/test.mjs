import { runChecks } from './check/run-checks.mjs';
import { announce, formatDuration } from './process/announce.mjs';
import { runSandboxSuite } from './sandbox-suite.mjs';
import { everything, forChecks, setup } from './setup.mjs';
import { runSuite } from './suites.mjs';

const stages = {
  'set up': prepare,
  check,
  unit: () => runSuite('unit'),
  'crypto-in-electron': () => runSuite('crypto-in-electron'),
  fuzz: () => runSuite('fuzz'),
  integration: () => runSuite('integration'),
  fault: () => runSuite('fault'),
  e2e: () => runSuite('e2e'),
  security: () => runSuite('security'),
  sandbox: runSandboxSuite,
};

const total = { passed: 0, failed: 0, skipped: 0 };
const times = [];
for (const [name, run] of Object.entries(stages)) {
  process.stdout.write(`\n== ${name}\n`);
  const started = performance.now();
  const counts = await countOf(run);
  times.push(`  ${name.padEnd(20)}${formatDuration(performance.now() - started)}\n`);
  for (const key of Object.keys(total)) total[key] += counts[key];
  if (counts.failed > 0) break;
}
process.stdout.write(`\n${times.join('')}`);
if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** A stage that throws has failed; the person gets the sentence, not the stack. */
async function countOf(run) {
  try {
    return await run();
  } catch (error) {
    announce(error.message);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function prepare() {
  await setup({ ...everything, ...forChecks });
  return { passed: 0, failed: 0, skipped: 0 };
}

async function check() {
  // The checks are not tests: they count only where they fail.
  return { passed: 0, failed: (await runChecks()) ? 0 : 1, skipped: 0 };
}
