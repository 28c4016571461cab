/** Prints the steps of the demo and remembers whether all of them held. */
export interface Steps {
  /** One step: what is done, and what follows from it. A throw is a failure, and ends the demo. */
  step(title: string, act: (say: (line: string) => void) => Promise<string>): Promise<void>;
}

/** Steps that print on the given stream. */
export function printedSteps(write: (text: string) => void): Steps {
  let number = 0;
  return {
    async step(title, act) {
      number++;
      write(`\n${String(number).padStart(2)}  ${title}\n`);
      try {
        const proof = await act((line) => write(`      ${line}\n`));
        write(`    \u2713 ${proof}\n`);
      } catch (error) {
        write(`    \u2717 ${error instanceof Error ? error.message : String(error)}\n`);
        throw error;
      }
    },
  };
}

/** Throws unless it holds. */
export function mustHold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`it does not hold that ${what}`);
}
