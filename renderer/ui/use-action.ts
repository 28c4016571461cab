import { useCallback, useEffect, useRef, useState } from 'react';
import { type Problem, problemOf } from './problem.ts';

/** One thing that a person sets off: whether it runs, and why it was refused. */
export interface Action<A extends unknown[]> {
  readonly run: (...input: A) => void;
  readonly busy: boolean;
  readonly problem: Problem | null;
  readonly clear: () => void;
}

/** Runs `work` once at a time and keeps the refusal for the screen to show. */
export function useAction<A extends unknown[]>(work: (...input: A) => Promise<unknown>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const latest = useRef(work);
  latest.current = work;
  const running = useRef(false);
  const from = useRef<Element | null>(null);
  // A button that waits is shut and so loses the focus: it gets it back, so that the keys go on from there.
  useEffect(() => {
    const button = from.current;
    if (busy || !(button instanceof HTMLElement)) return;
    from.current = null;
    if (document.activeElement === document.body) button.focus({ preventScroll: true });
  }, [busy]);
  const run = useCallback((...input: A) => {
    if (running.current) return;
    running.current = true;
    from.current = document.activeElement;
    setBusy(true);
    setProblem(null);
    latest
      .current(...input)
      .catch((thrown: unknown) => setProblem(problemOf(thrown)))
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  }, []);
  const clear = useCallback(() => setProblem(null), []);
  return { run, busy, problem, clear };
}
