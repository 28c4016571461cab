import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import type { Tone } from '../../ui/ring.tsx';

/** What a person sees of a keycard's state: a tone, its word, and what is left of its time (1 to 0). */
export interface SeenState {
  readonly tone: Tone;
  readonly word: string;
  readonly fraction: number;
}

/** The last fifth of its time is when a keycard counts as expiring. */
const EXPIRING_BELOW = 0.2;

/** Whether the door may still open for it. */
export function isLive(keycard: Keycard): boolean {
  return keycard.state === 'pending' || keycard.state === 'active' || keycard.state === 'ending';
}

/** Whether it should be dead by now and is not: its ending failed and is tried again, or nobody has ended it. */
export function isStillAlive(keycard: Keycard, now: number): boolean {
  if (!isLive(keycard)) return false;
  return keycard.state === 'ending' ? keycard.reason !== null : keycard.expiresAt + 30_000 < now;
}

/** The state as the desk shows it at `now`. */
export function seenState(keycard: Keycard, now: number): SeenState {
  const whole = Math.max(1, keycard.expiresAt - keycard.issuedAt);
  const fraction = Math.min(1, Math.max(0, (keycard.expiresAt - now) / whole));
  if (keycard.state === 'dead') {
    return { tone: 'dead', word: keycard.proof.length > 0 ? 'Dead, proven' : 'Dead', fraction: 0 };
  }
  if (keycard.state === 'abandoned') return { tone: 'dead', word: 'Abandoned', fraction: 0 };
  if (isStillAlive(keycard, now)) return { tone: 'blocked', word: 'Still alive', fraction: 0 };
  if (keycard.state === 'ending' || keycard.expiresAt <= now)
    return { tone: 'expiring', word: 'Ending', fraction: 0 };
  if (keycard.state === 'pending') return { tone: 'expiring', word: 'Being made', fraction };
  return fraction < EXPIRING_BELOW
    ? { tone: 'expiring', word: 'Expiring', fraction }
    : { tone: 'active', word: 'Active', fraction };
}
