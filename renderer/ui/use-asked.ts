import { useCallback, useEffect, useRef, useState } from 'react';
import { LOADING, type Loadable, reload } from './loadable.ts';

/**
 * Asks once, and anew whenever one of the reasons changes or `again` is called. What was there before stays while it asks,
 * and an answer that comes too late is dropped.
 */
export function useAsked<T>(
  ask: () => Promise<T>,
  reasons: readonly unknown[],
): { readonly answer: Loadable<T>; readonly again: () => void } {
  const [answer, setAnswer] = useState<Loadable<T>>(LOADING);
  const [times, setTimes] = useState(0);
  const latest = useRef({ ask, answer });
  latest.current = { ask, answer };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the reasons are why it asks, not a part of the question.
  useEffect(() => {
    let isOver = false;
    void reload(latest.current.answer, latest.current.ask()).then((next) => isOver || setAnswer(next));
    return () => {
      isOver = true;
    };
  }, [...reasons, times]);
  const again = useCallback(() => {
    setAnswer(LOADING);
    setTimes((before) => before + 1);
  }, []);
  return { answer, again };
}
