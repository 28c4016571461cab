import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Surroundings } from './surroundings.ts';

/** Nobody types more. */
const MOST = 4096;

/** One line from standard input. At a terminal it is asked for and does not show. Throws `usage` for none. SECURITY(B4) */
export async function revealTyped(what: string, { stdin, stderr }: Surroundings): Promise<string> {
  const terminal = stdin as typeof stdin & { setRawMode?(raw: boolean): unknown };
  const isTerminal = stdin.isTTY === true && terminal.setRawMode !== undefined;
  if (isTerminal) {
    stderr.write(`${what} (does not show): `);
    terminal.setRawMode?.(true);
  }
  try {
    const line = await readLine(stdin, isTerminal);
    if (line === '') throw new KeywardenError('usage', `${what} is missing.`);
    return line;
  } finally {
    if (isTerminal) {
      terminal.setRawMode?.(false);
      stderr.write('\n');
      stdin.pause();
    }
  }
}

async function readLine(stdin: NodeJS.ReadableStream, isTerminal: boolean): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    for (const letter of String(chunk)) {
      if (letter === '\n' || letter === '\r') return text;
      // Without the terminal's own line editing, interrupting and deleting are ours.
      if (isTerminal && letter === '\u0003') throw new KeywardenError('cancelled');
      if (isTerminal && (letter === '\u007f' || letter === '\b')) text = text.slice(0, -1);
      else if (text.length < MOST) text += letter;
    }
  }
  return text;
}
