import { describe, expect, it } from 'vitest';
import { findServerProgram } from './server-home.ts';

/** Debian's packages of the servers that tests start. */
const PACKAGES = {
  mariadbd: 'mariadb-server',
  'redis-server': 'redis-server',
  'rabbitmq-server': 'rabbitmq-server',
} as const;

/**
 * Tests that need a server's program. A machine without it says aloud that they did not run; CI, whose set-up installs it, fails.
 */
export function serverSuite(program: keyof typeof PACKAGES, name: string, tests: () => void): void {
  if (findServerProgram(program) !== undefined) {
    describe(name, () => tests());
    return;
  }
  it(`DID NOT RUN: ${name} (apt-get install ${PACKAGES[program]})`, ({ skip }) => {
    expect(process.env['CI'], 'CI must run against every server').toBeFalsy();
    process.stderr.write(`\n!! ${program} is not on this machine: "${name}" was NOT tested.\n`);
    skip();
  });
}
