import { Countdown } from './countdown.tsx';
import { useNow } from './ticker.ts';

/** When something that did not work is tried again, as a sentence; nothing where nobody tries. */
export function NextTry({ at }: { readonly at: number | null }) {
  const now = useNow();
  if (at === null) return null;
  if (at - now < 1000) return 'It is tried again now.';
  return (
    <>
      Next try in <Countdown until={at} />.
    </>
  );
}
