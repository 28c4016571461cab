import { type Invocation, optionFlag } from '../command.ts';
import { formatTable } from '../output/table.ts';

/** Prints what a command found: JSON for machines, a table for people. */
export function printResult(
  invocation: Invocation,
  result: Readonly<Record<string, string | number | null>>,
): void {
  const text = optionFlag(invocation, 'json')
    ? `${JSON.stringify(result)}\n`
    : formatTable(Object.entries(result).filter(([, value]) => value !== null));
  invocation.surroundings.stdout.write(text);
}
