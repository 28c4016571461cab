import { useNow } from './ticker.ts';
import { exactWords, relativeWords } from './time-words.ts';

/** A time as seen from now, with the exact instant on hover. */
export function RelativeTime({ at }: { readonly at: number }) {
  const now = useNow();
  return (
    <time className="tabular" dateTime={new Date(at).toISOString()} title={exactWords(at)}>
      {relativeWords(at, now)}
    </time>
  );
}
