import { ERROR_TABLE } from '../../shared/errors/error-table.ts';
import { asKeywardenError, type KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Command } from './command.ts';
import { parseCommandLine, UsageError } from './line/parse-command-line.ts';
import { usageOfAll, usageOfCommand } from './line/usage-text.ts';
import { type Surroundings, tell } from './surroundings.ts';

/**
 * Runs one command line and says how it ended. The only place where an error becomes words and an exit code.
 *
 * @returns the exit code; never throws.
 */
export async function runKw(
  argv: readonly string[],
  commands: readonly Command[],
  version: string,
  surroundings: Surroundings,
): Promise<number> {
  let running: Command | undefined;
  try {
    const request = parseCommandLine(argv, commands, surroundings);
    switch (request.kind) {
      case 'help':
        surroundings.stdout.write(request.command ? usageOfCommand(request.command) : usageOfAll(commands));
        return 0;
      case 'version':
        surroundings.stdout.write(`kw ${version}\n`);
        return 0;
      case 'run':
        running = request.command;
        return await request.command.run(request.invocation);
      default:
        return request satisfies never;
    }
  } catch (thrown) {
    const error = asKeywardenError(thrown);
    report(error, running, argv, commands, surroundings);
    const { exit } = ERROR_TABLE[error.code];
    return exit === ERROR_TABLE.usage.exit ? exit : (running?.failure ?? exit);
  }
}

function report(
  error: KeywardenError,
  running: Command | undefined,
  argv: readonly string[],
  commands: readonly Command[],
  surroundings: Surroundings,
): void {
  const end = argv.indexOf('--');
  if (argv.slice(0, end < 0 ? argv.length : end).includes('--json')) {
    const plain = { error: { code: error.code, message: error.message } };
    surroundings.stderr.write(`${JSON.stringify(plain)}\n`);
    return;
  }
  tell(surroundings, error.message.trim());
  if (error.code !== 'usage') return;
  const command = error instanceof UsageError ? error.command : running;
  surroundings.stderr.write(`\n${command ? usageOfCommand(command) : usageOfAll(commands)}`);
}
