import { useNow } from './ticker.ts';
import { countdownWords, exactWords } from './time-words.ts';

/** What is left until an instant, in tabular figures, with the exact instant on hover. */
export function Countdown({ until }: { readonly until: number }) {
  const now = useNow();
  return (
    <time className="tabular" dateTime={new Date(until).toISOString()} title={exactWords(until)}>
      {countdownWords((until - now) / 1000)}
    </time>
  );
}
