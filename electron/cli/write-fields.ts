import { readFile } from 'node:fs/promises';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { revealTyped } from './reveal-typed.ts';
import type { Surroundings } from './surroundings.ts';

/** The fields of `kw write`, read. */
export interface WrittenFields {
  readonly fields: Readonly<Record<string, string>>;
  /** Names whose value stood on the command line, where every program of the machine can read it. */
  readonly inArguments: readonly string[];
}

/**
 * Reads `k=v`, `k=@file` and `k=-` (standard input, for one field). SECURITY(B4)
 *
 * From a file or standard input a single line loses its line end, so that `echo` and editors do no harm; longer text stays as it is.
 * Throws `usage`, or `invalid-request` for a file that cannot be used.
 */
export async function readWriteFields(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<WrittenFields> {
  const fields = new Map<string, string>();
  const inArguments: string[] = [];
  let usedInput = false;
  for (const arg of args) {
    const mark = arg.indexOf('=');
    if (mark < 1)
      throw new KeywardenError('usage', 'Each field is written as NAME=VALUE, NAME=@FILE or NAME=-.');
    const name = arg.slice(0, mark);
    const value = arg.slice(mark + 1);
    if (fields.has(name)) throw new KeywardenError('usage', `The field ${name} is there twice.`);
    if (value === '-') {
      if (usedInput) throw new KeywardenError('usage', 'Standard input can fill one field only.');
      usedInput = true;
      fields.set(name, await revealInput(name, surroundings));
    } else if (value.startsWith('@')) {
      fields.set(name, singleLine(asText(await readGiven(value.slice(1)), name)));
    } else {
      inArguments.push(name);
      fields.set(name, value);
    }
  }
  return { fields: Object.fromEntries(fields), inArguments };
}

/** At a terminal a person types it, unseen. */
async function revealInput(name: string, surroundings: Surroundings): Promise<string> {
  if (surroundings.stdin.isTTY) return revealTyped(name, surroundings);
  return singleLine(asText(await readAll(surroundings.stdin), name));
}

function readGiven(file: string): Promise<Buffer> {
  return readFile(file).catch(() => {
    throw new KeywardenError('invalid-request', `The file ${file} cannot be read.`);
  });
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function asText(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new KeywardenError(
      'invalid-request',
      `What is given for ${name} is not UTF-8 text: write it as base64.`,
    );
  }
}

function singleLine(text: string): string {
  return /^[^\r\n]*\r?\n$/.test(text) ? text.replace(/\r?\n$/, '') : text;
}
