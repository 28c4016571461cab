import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/** Debian's own interpreter has Debian's packages, whatever else comes first on the path. */
const INTERPRETERS = ['/usr/bin/python3', 'python3'];

/** The first Python here that has the modules, or undefined. */
export function findPython(...modules: readonly string[]): string | undefined {
  return INTERPRETERS.find((python) => works(python, ['-c', `import ${modules.join(', ')}`]));
}

/** Whether a program starts and says that it is well. */
export function works(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a program to its end and gives what it printed. Throws with all that it said. */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  try {
    return (await run(program, args, { env: { ...process.env, ...env } })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

/** The place of a client that is not on this machine: said aloud, and a failure in CI, whose set-up installs it. */
export function didNotRun(client: string, packages: string): void {
  it(`DID NOT RUN: ${client} is not here (apt-get install ${packages})`, ({ skip }) => {
    expect(process.env['CI'], 'CI must run the whole compatibility suite').toBeFalsy();
    process.stderr.write(`\n!! ${client} is not on this machine: its compatibility was NOT tested.\n`);
    skip();
  });
}
