import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import type { Tone } from '../../ui/ring.tsx';

/** What a person sees of how a rotation stands, and in which part of the calendar. */
export interface SeenRotation {
  readonly tone: Tone;
  readonly word: string;
  readonly when: RotationWhen;
}

/** The parts of the calendar, in their order. */
export const WHEN_WORDS = {
  person: 'Waits for a person',
  held: 'Held up',
  running: 'Under way',
  due: 'Due now',
  today: 'In the next 24 hours',
  week: 'In the next 7 days',
  later: 'Later',
  demand: 'Only on demand',
  paused: 'Paused',
} as const;
export type RotationWhen = keyof typeof WHEN_WORDS;

const DAY = 86_400_000;

/** How a rotation stands at `now`. */
export function seenRotation(rotation: Rotation, now: number): SeenRotation {
  const { state, reason, dueAt } = rotation;
  if (state === 'asking') return { tone: 'expiring', word: 'Needs you', when: 'person' };
  if (state === 'retiring') return { tone: 'active', word: 'Former ends soon', when: 'running' };
  if (state !== 'idle') {
    return reason === null
      ? { tone: 'expiring', word: 'Under way', when: 'running' }
      : { tone: 'blocked', word: 'Held up', when: 'held' };
  }
  if (rotation.paused) return { tone: 'dead', word: 'Paused', when: 'paused' };
  if (reason !== null) return { tone: 'expiring', word: 'Clock in doubt', when: 'held' };
  if (rotation.lastResult === 'reverted') return { tone: 'blocked', word: 'Old value kept', when: 'held' };
  if (dueAt === null) return { tone: 'active', word: 'Fine', when: 'demand' };
  if (dueAt <= now) return { tone: 'expiring', word: 'Due', when: 'due' };
  const when = dueAt <= now + DAY ? 'today' : dueAt <= now + 7 * DAY ? 'week' : 'later';
  return { tone: 'active', word: 'Fine', when };
}

/** Whether somebody should look at it. */
export function needsLook(rotation: Rotation, now: number): boolean {
  const { when } = seenRotation(rotation, now);
  return when === 'person' || when === 'held';
}

/** The steps of a run as a person sees them, and which of them it is at. */
export function stepsOf({ state, how }: Rotation): {
  readonly words: readonly string[];
  readonly at: number;
} {
  const words = [how === 'person' ? 'A person brings it' : 'Made', 'Set', 'Tested', 'Current'];
  switch (state) {
    case 'creating':
    case 'asking':
      return { words, at: 0 };
    case 'setting':
      return { words, at: 1 };
    case 'testing':
      return { words, at: 2 };
    case 'reverting':
      return { words: [...words.slice(0, 2), 'Refused', 'The old one goes back'], at: 3 };
    default:
      return { words: [...words, 'The former ends'], at: 4 };
  }
}
