import './keycard-row.css';
import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { Ring, type Tone } from '../../ui/ring.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useNow } from '../../ui/ticker.ts';
import { countdownWords, exactWords, relativeWords } from '../../ui/time-words.ts';
import { isLive, seenState } from './keycard-state.ts';

/** One keycard as a line: ring, door, holder, user, state, what is left. */
export function KeycardRow({ keycard }: { readonly keycard: Keycard }) {
  const now = useNow();
  const seen = seenState(keycard, now);
  return (
    <div className={`keycard-row ${seen.tone === 'dead' ? 'keycard-row-dead' : ''}`}>
      <Ring fraction={seen.fraction} size={18} tone={seen.tone} />
      <Door path={keycard.path} />
      <span className="cut" title={keycard.holder}>
        {keycard.holder}
      </span>
      <span className="mono quiet cut" title={keycard.username ?? undefined}>
        {keycard.username ?? ''}
      </span>
      <StateMark tone={seen.tone} words={seen.word} />
      <time
        className="keycard-row-left tabular"
        dateTime={new Date(keycard.expiresAt).toISOString()}
        title={exactWords(keycard.expiresAt)}
      >
        {leftWords(keycard, seen.tone, now)}
      </time>
    </div>
  );
}

/** Where there is no room for all of it, what tells one door from the next stays: its last name. */
function Door({ path }: { readonly path: string }) {
  const at = path.lastIndexOf('/') + 1;
  return (
    <span className="mono keycard-row-door" title={path}>
      <span className="keycard-row-above">{path.slice(0, at)}</span>
      <span className="cut">{path.slice(at)}</span>
    </span>
  );
}

/** What is left of its time; how far it is over it; or when it ended. */
function leftWords(keycard: Keycard, tone: Tone, now: number): string {
  const left = (keycard.expiresAt - now) / 1000;
  if (tone === 'blocked') return left > 0 ? 'revoked' : `${countdownWords(-left)} over`;
  if (isLive(keycard)) return countdownWords(left);
  return left > 0 ? 'ended early' : relativeWords(keycard.expiresAt, now);
}

/** The words over the columns. */
export function KeycardColumns() {
  return (
    <div className="keycard-row keycard-columns" aria-hidden="true">
      <span />
      <span>Door</span>
      <span>Holder</span>
      <span>User at the target</span>
      <span>State</span>
      <span className="keycard-row-left">Left</span>
    </div>
  );
}
