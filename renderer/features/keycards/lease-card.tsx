import type { Keycard as Lease } from '../../../shared/ipc/methods/keycards-methods.ts';
import { Keycard } from '../../ui/keycard.tsx';
import { useNow } from '../../ui/ticker.ts';
import { ringWords } from '../../ui/time-words.ts';
import { isLive, seenState } from './keycard-state.ts';

/** A lease drawn as the card that it is. */
export function LeaseCard({ keycard }: { readonly keycard: Lease }) {
  const now = useNow();
  const seen = seenState(keycard, now);
  const left = isLive(keycard)
    ? seen.tone === 'blocked'
      ? 'over'
      : ringWords((keycard.expiresAt - now) / 1000)
    : '—';
  return (
    <Keycard
      holder={keycard.holder}
      door={keycard.path}
      fraction={seen.fraction}
      left={left}
      tone={seen.tone}
      state={seen.word}
      promise={keycard.promise}
    />
  );
}
