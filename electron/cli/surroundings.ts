import type { RuntimeSurroundings } from '../../shared/model/runtime-paths.ts';
import { visible } from './output/table.ts';

/** Everything outside that a command may touch; handed in at the entry, so that nothing else reads the process. */
export interface Surroundings extends RuntimeSurroundings {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

/** Where text goes. */
export interface TextSink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Says something to the person beside the output: a hint, a warning, what is being waited for, a broker's complaint. */
export function tell(surroundings: Surroundings, message: string): void {
  surroundings.stderr.write(`kw: ${visible(message)}\n`);
}
