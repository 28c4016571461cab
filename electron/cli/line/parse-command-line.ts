import { parseArgs } from 'node:util';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Command, Invocation, OptionSpec } from '../command.ts';
import type { Surroundings } from '../surroundings.ts';

/** What a command line asks for. */
export type Request =
  | { readonly kind: 'run'; readonly command: Command; readonly invocation: Invocation }
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'version' };

/** Wrong usage that knows which command's usage to show. */
export class UsageError extends KeywardenError {
  readonly command: Command | undefined;

  constructor(message: string, command: Command | undefined) {
    super('usage', message);
    this.command = command;
  }
}

const HELP = { help: { type: 'boolean', short: 'h' } } as const;

/** Reads a command line against the table of commands. Throws UsageError; its message never repeats a value. SECURITY(B4) */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
  surroundings: Surroundings,
): Request {
  const end = argv.indexOf('--');
  const own = (end < 0 ? argv : argv.slice(0, end)).map((arg) => twoDashes(arg, commands));
  const program = end < 0 ? [] : argv.slice(end + 1);

  const index = indexOfCommand(own, commands);
  if (index === undefined) return withoutCommand(own);
  const name = own[index];
  const command = commands.find((one) => one.name === name);
  if (!command) throw new UsageError(`There is no command ${JSON.stringify(name)}.`, undefined);

  const args = [...own.slice(0, index), ...own.slice(index + 1)];
  const { values, positionals } = parseStrictly(args, command);
  if (values['help'] === true) return { kind: 'help', command };
  const all = command.takesProgram ? positionals : [...positionals, ...program];
  if (all.length < command.positionals.min) throw new UsageError('Something is missing.', command);
  if (all.length > command.positionals.max) throw new UsageError('There is too much on the line.', command);
  if (command.takesProgram && program.length === 0) {
    throw new UsageError('The program to run is missing: put it behind --.', command);
  }
  return {
    kind: 'run',
    command,
    invocation: {
      options: values,
      positionals: all,
      program: command.takesProgram ? program : [],
      surroundings,
    },
  };
}

/** Vault's own command line writes long options with one dash. */
function twoDashes(arg: string, commands: readonly Command[]): string {
  const name = /^-([a-z][a-z-]+)(?:=|$)/.exec(arg)?.[1];
  return name !== undefined && commands.some(({ options }) => Object.hasOwn(options, name)) ? `-${arg}` : arg;
}

/** Options may stand before the command: which take a value is known from all tables together. */
function indexOfCommand(args: readonly string[], commands: readonly Command[]): number | undefined {
  const known: Record<string, OptionSpec> = Object.assign({}, ...commands.map((one) => one.options));
  const { tokens } = parseArgs({
    args: [...args],
    options: parserOptions(known),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.find((token) => token.kind === 'positional')?.index;
}

function withoutCommand(args: readonly string[]): Request {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) return { kind: 'version' };
  if (args.length === 1 && (args[0] === '--help' || args[0] === '-h'))
    return { kind: 'help', command: undefined };
  throw new UsageError(args.length === 0 ? 'What shall it do?' : 'The command is missing.', undefined);
}

function parseStrictly(args: readonly string[], command: Command) {
  try {
    return parseArgs({
      args: [...args],
      options: parserOptions(command.options),
      strict: true,
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(wordsFor(error), command);
  }
}

function parserOptions(specs: Readonly<Record<string, OptionSpec>>) {
  const own = Object.entries(specs).map(([name, { type, short, multiple }]) => [
    name,
    { type, ...(short !== undefined && { short }), ...(multiple && { multiple }) },
  ]);
  return { ...(Object.fromEntries(own) as Record<string, { type: 'string' | 'boolean' }>), ...HELP };
}

/** The parser's own words name the option; what follows its first sentence is advice for programmers. */
function wordsFor(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code?.startsWith('ERR_PARSE_ARGS_') !== true) throw error;
  const option = /'(-{1,2}[A-Za-z][\w-]*)/.exec(message)?.[1];
  const name = option ?? 'An option';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `${name} is not an option here.`;
  return `${name} is not used like that.`;
}
