import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedRuntime } from './electron-runtime/installed-runtime.mjs';
import { withDisplay } from './process/display.mjs';
import { readCounts } from './process/reports.mjs';
import { runCommand } from './process/run-command.mjs';
import { projectRoot } from './project-root.mjs';
import { everything, forUnitTests, withoutDesktop } from './setup.mjs';

const minute = 60_000;
const vitestFile = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs');
const playwrightFile = join(projectRoot, 'node_modules', '@playwright', 'test', 'cli.js');

/** Every part of the suite: what it needs, how long it may take at most, and how it is run. */
export const suites = {
  unit: { needs: forUnitTests, limitMs: 10 * minute, run: vitest('unit') },
  fuzz: { needs: forUnitTests, limitMs: 10 * minute, run: fuzz },
  // The same sealing and key derivation on Electron's own cryptography, which is not Node's.
  'crypto-in-electron': { needs: everything, limitMs: 5 * minute, run: cryptoInElectron },
  integration: {
    needs: withoutDesktop,
    limitMs: 30 * minute,
    run: vitest('integration', ['--maxWorkers=2']),
  },
  // Most of it waits for processes and for the disk.
  fault: { needs: withoutDesktop, limitMs: 15 * minute, run: vitest('fault', ['--maxWorkers=2']) },
  e2e: { needs: everything, limitMs: 20 * minute, run: playwright('e2e') },
  security: { needs: everything, limitMs: 10 * minute, run: playwright('security') },
  sandbox: { needs: everything, limitMs: 5 * minute, run: playwright('sandbox') },
  screenshots: { needs: everything, limitMs: 10 * minute, run: playwright('screenshots') },
};

/**
 * Runs one suite and resolves to its exit code and to how many tests passed, failed and were skipped. With `rounds`,
 * its repeated tests repeat that often (they read KEYWARDEN_FAULT_ROUNDS or KEYWARDEN_FUZZ_ROUNDS), without a limit.
 */
export async function runSuite(name, { args = [], rounds } = {}) {
  const { run, limitMs } = suites[name];
  if (rounds) process.env[`KEYWARDEN_${name.toUpperCase()}_ROUNDS`] = rounds;
  const folder = mkdtempSync(join(tmpdir(), 'keywarden-report-'));
  const report = join(folder, 'report.json');
  try {
    const code = await run({ args, report, timeoutMs: rounds ? undefined : limitMs });
    const counts = readCounts(report);
    // A runner that fails without a failed test (a file that does not load, a time limit) is a failure too.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    return { code, ...counts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function vitest(project, options = []) {
  return ({ args, report, timeoutMs }) => {
    const command = [
      vitestFile,
      'run',
      '--project',
      project,
      ...options,
      ...vitestReporters(report),
      ...args,
    ];
    return runCommand(process.execPath, command, { cwd: projectRoot, timeoutMs });
  };
}

/** What is thrown at the broker, and the unit tests that try random inputs: `-- --rounds N` lets them try more. */
function fuzz({ args, ...options }) {
  const unit = join(projectRoot, 'test', 'unit');
  const files = readdirSync(unit, { recursive: true }).filter((name) => name.endsWith('.test.ts'));
  const random = files.filter((name) =>
    readFileSync(join(unit, name), 'utf8').includes('KEYWARDEN_FUZZ_ROUNDS'),
  );
  const folders = [
    '--project',
    'fuzz',
    join('test', 'fuzz'),
    ...random.map((name) => join('test', 'unit', name)),
  ];
  return vitest('unit')({ args: [...folders, ...args], ...options });
}

function cryptoInElectron({ args, report, timeoutMs }) {
  const command = [
    vitestFile,
    'run',
    '--project',
    'unit',
    'test/unit/crypto',
    'test/unit/engines',
    ...vitestReporters(report),
    ...args,
  ];
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  return runCommand(installedRuntime(), command, { cwd: projectRoot, env, timeoutMs });
}

function vitestReporters(report) {
  return ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
}

function playwright(project) {
  return ({ args, report, timeoutMs }) =>
    withDisplay((display) => {
      const command = [playwrightFile, 'test', '--reporter=list,json', `--project=${project}`, ...args];
      const env = { ...display, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
      return runCommand(process.execPath, command, { cwd: projectRoot, env, timeoutMs });
    });
}
