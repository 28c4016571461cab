import { readFile } from 'node:fs/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { parseEnvFile } from '../../../shared/model/env-file.ts';
import { isReference, parseReference, type Reference } from '../../../shared/model/reference.ts';
import { type Invocation, optionTexts } from '../command.ts';

/** One variable that the program will get: a text as it stands, or what a reference names. */
export type PlannedVariable =
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'reference'; readonly name: string; readonly reference: Reference };

/**
 * Reads env files and `-e` into a plan; later ones win, `-e` over files.
 * Throws `usage` for `-e`, `invalid-request` for a file, naming the line and never its value.
 */
export async function planEnvironment(invocation: Invocation): Promise<PlannedVariable[]> {
  const plan = new Map<string, PlannedVariable>();
  for (const file of optionTexts(invocation, 'env-file')) {
    for (const variable of await planOfFile(file)) plan.set(variable.name, variable);
  }
  for (const given of optionTexts(invocation, 'env')) {
    const variable = planOfOption(given);
    plan.set(variable.name, variable);
  }
  return [...plan.values()];
}

async function planOfFile(file: string): Promise<PlannedVariable[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new KeywardenError('invalid-request', `The env file ${file} cannot be read.`);
  });
  const { entries, problems } = parseEnvFile(text);
  const [problem] = problems;
  if (problem) throw new KeywardenError('invalid-request', `${file}, line ${problem.line}: ${problem.text}.`);
  return entries.map(({ name, value, line }) => {
    if (!value.includes('kw://')) return { kind: 'text', name, text: value };
    // Passing it through would hand the program a password that reads kw://…
    if (!isReference(value)) {
      throw new KeywardenError('invalid-request', `${file}, line ${line}: a reference is the whole value.`);
    }
    return { kind: 'reference', name, reference: parsedIn(`${file}, line ${line}`, value) };
  });
}

function parsedIn(place: string, value: string): Reference {
  try {
    return parseReference(value);
  } catch (error) {
    throw new KeywardenError('invalid-request', `${place}: ${(error as Error).message}`);
  }
}

/** SECURITY(B4): a plain value on the command line is refused, it would be visible to every program. */
function planOfOption(given: string): PlannedVariable {
  const match = /^([A-Za-z_][A-Za-z0-9_.]*)=(.*)$/s.exec(given);
  if (!match) throw new KeywardenError('usage', '-e takes NAME=kw://MOUNT/PATH#FIELD.');
  const [, name = '', value = ''] = match;
  return { kind: 'reference', name, reference: parseReference(value) };
}
