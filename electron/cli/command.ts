import type { Surroundings } from './surroundings.ts';

/** One option of a command, as parsing and help need it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: true;
  /** How help names the value: `FILE`. */
  readonly value?: string;
  readonly help: string;
}

/** One command: a row of the table that parsing, help and dispatch read. */
export interface Command {
  readonly name: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** What stands behind the name in the usage line. */
  readonly usage: string;
  /** More words for `kw NAME --help`. */
  readonly details?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly positionals: { readonly min: number; readonly max: number };
  /** Whether a program's own command line follows `--`. */
  readonly takesProgram?: true;
  /** The exit code of its own failures, where it is not the error's. */
  readonly failure?: number;
  /** @returns the exit code. Throws KeywardenError. */
  run(invocation: Invocation): Promise<number>;
}

/** A command line, read. */
export interface Invocation {
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly positionals: readonly string[];
  /** What follows `--`, for commands that take a program. */
  readonly program: readonly string[];
  readonly surroundings: Surroundings;
}

/** Absent options are undefined. */
export type OptionValue = string | boolean | readonly (string | boolean)[] | undefined;

/** The text of an option, if it was given. */
export function optionText(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Whether a switch was given. */
export function optionFlag(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === true;
}

/** All texts of an option that may be repeated, in order. */
export function optionTexts(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** Options of every command that speaks to a broker. */
export const BROKER_OPTIONS = {
  address: {
    type: 'string',
    value: 'URL',
    help: 'the broker (default: VAULT_ADDR, else the broker of this user); unix:PATH names a socket',
  },
  'token-file': {
    type: 'string',
    value: 'FILE',
    help: 'a file with the token (default: VAULT_TOKEN, else the token of kw login)',
  },
} as const satisfies Record<string, OptionSpec>;

/** `--json`, for commands that print. */
export const JSON_OPTION = {
  json: { type: 'boolean', help: 'print JSON for machines, errors too' },
} as const satisfies Record<string, OptionSpec>;

/** `--field`, for commands that answer with fields. */
export const FIELD_OPTION = {
  field: { type: 'string', value: 'NAME', help: 'print the value of this one field alone' },
} as const satisfies Record<string, OptionSpec>;
