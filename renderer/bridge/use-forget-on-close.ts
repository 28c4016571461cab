import { useEffect, useRef } from 'react';
import { ask } from './ask.ts';

/** What is shown once is forgotten in the main process too as soon as what shows it is closed. */
export function useForgetOnClose(handle: string): void {
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    clearTimeout(leaving.current);
    return () => {
      // A moment later: in development React takes everything away once, and puts it back.
      leaving.current = setTimeout(() => {
        // Locked meanwhile: then it is forgotten already.
        ask('held.forget', { handle }).catch(() => undefined);
      });
    };
  }, [handle]);
}
