import type { Command, OptionSpec } from '../command.ts';

/** The help of one command. */
export function usageOfCommand(command: Command): string {
  const options = Object.entries({ ...command.options, help: HELP });
  return [
    `Usage: kw ${command.name} ${command.usage}`.trimEnd(),
    '',
    `${command.summary}.`,
    ...(command.details ? ['', command.details.trim()] : []),
    '',
    'Options:',
    ...columns(options.map(([name, spec]) => [optionLabel(name, spec), spec.help])),
    '',
  ].join('\n');
}

/** The help of `kw` itself. */
export function usageOfAll(commands: readonly Command[]): string {
  return [
    'Usage: kw COMMAND [options]',
    '',
    'Keywarden on the command line: one encrypted vault, and keycards that die on time.',
    '',
    'Commands:',
    ...columns(commands.map((command) => [command.name, command.summary])),
    '',
    'kw COMMAND --help says more; kw --version prints the version.',
    '',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 sealed or not running, 4 denied, 5 not found.',
    'kw run passes on the code of the program; its own failures are 125.',
    '',
  ].join('\n');
}

const HELP: OptionSpec = { type: 'boolean', short: 'h', help: 'show this' };

function optionLabel(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? '' : `-${spec.short}, `;
  return `${short}--${name}${spec.value === undefined ? '' : ` ${spec.value}`}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
