import { createHash } from 'node:crypto';
import { type Command, type Operand, type Pipeline, refused, type Template } from './parse-template.ts';

/** Where what a template asks for comes from. */
export interface TemplateSources {
  readonly fields: Readonly<Record<string, string>>;
  /** Random letters and digits. */
  random(length: number): string;
  uuid(): string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Hashes a text, in hex. */
  sha256(text: string): string;
}

type Value = string | number;
type Function = (sources: TemplateSources, values: readonly Value[]) => Value;

/** No name is longer; nothing on the way to one needs to be. */
const LONGEST = 4096;
const MOST_RANDOM = 128;

/** Vault's own functions (`sdk/helper/template`), less those that tell of the machine. */
const FUNCTIONS: Readonly<Record<string, Function>> = {
  random: (sources, [length]) => sources.random(Math.min(count(length), MOST_RANDOM)),
  uuid: (sources) => sources.uuid(),
  unix_time: ({ now }) => Math.floor(now / 1000),
  unix_time_millis: ({ now }) => Math.floor(now),
  truncate: (_, [length, text]) => String(text ?? '').slice(0, count(length)),
  truncate_sha256: (sources, [length, text]) => truncateHashed(sources, count(length), String(text ?? '')),
  uppercase: (_, [text]) => String(text ?? '').toUpperCase(),
  lowercase: (_, [text]) => String(text ?? '').toLowerCase(),
  replace: (_, [old, next, text]) => replace(String(old ?? ''), String(next ?? ''), String(text ?? '')),
  sha256: (sources, [text]) => sources.sha256(String(text ?? '')),
  printf: (_, [format, ...values]) => printf(String(format ?? ''), values),
};

/** Works a template out. Throws `invalid-request` in words where it asks for what there is not. */
export function fillTemplate(template: Template, sources: TemplateSources): string {
  return template
    .map((part) => (typeof part === 'string' ? part : String(runPipeline(part, sources))))
    .join('')
    .slice(0, LONGEST);
}

/** The hash that `sha256` stands for. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function runPipeline({ commands }: Pipeline, sources: TemplateSources): Value {
  let piped: Value | undefined;
  for (const command of commands) {
    const value = runCommand(command, piped, sources);
    piped = typeof value === 'string' ? value.slice(0, LONGEST) : value;
  }
  return piped ?? '';
}

function runCommand({ first, rest }: Command, piped: Value | undefined, sources: TemplateSources): Value {
  if (first.kind !== 'function') {
    if (rest.length > 0 || piped !== undefined) throw refused('gives arguments to what is no function');
    return evaluate(first, sources);
  }
  const run = Object.hasOwn(FUNCTIONS, first.name) ? FUNCTIONS[first.name] : undefined;
  if (!run) throw refused(`asks for ${first.name}, which is not known here`);
  const values = rest.map((operand) => evaluate(operand, sources));
  return run(sources, piped === undefined ? values : [...values, piped]);
}

function evaluate(operand: Operand, sources: TemplateSources): Value {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'pipeline':
      return runPipeline(operand.pipeline, sources);
    case 'function':
      return runCommand({ first: operand, rest: [] }, undefined, sources);
    case 'field': {
      const value = Object.hasOwn(sources.fields, operand.name) ? sources.fields[operand.name] : undefined;
      if (value === undefined) throw refused(`asks for .${operand.name}, which is not known here`);
      return value;
    }
  }
}

function count(value: Value | undefined): number {
  if (typeof value === 'number' && value > 0) return value;
  throw refused('needs a number from 1 there');
}

/** Vault's: a text that is too long ends in eight digits of its hash. */
function truncateHashed(sources: TemplateSources, length: number, text: string): string {
  if (length <= 8) throw refused('needs a number above 8 for truncate_sha256');
  return text.length <= length ? text : text.slice(0, length - 8) + sources.sha256(text).slice(0, 8);
}

function replace(old: string, next: string, text: string): string {
  if (old === '') throw refused('replaces nothing');
  return text.replaceAll(old, () => next);
}

function printf(format: string, values: readonly Value[]): string {
  const left = [...values];
  return format.replace(/%(.?)/gs, (_, verb: string) => {
    if (verb === '%') return '%';
    if (!'svd'.includes(verb) || verb === '') throw refused('may use %s, %d and %v in printf');
    const value = left.shift();
    if (value === undefined) throw refused('has more %s in printf than values');
    return String(value);
  });
}
