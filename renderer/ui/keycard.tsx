import './keycard.css';
import { IconHourglassLow, IconPlugConnected } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Ring, type Tone } from './ring.tsx';
import { StateMark } from './state-mark.tsx';

export interface KeycardProps {
  /** The app or the person that holds it. */
  readonly holder: string;
  /** The path that it opens. */
  readonly door: string;
  /** What is left of its time, from 1 to 0. */
  readonly fraction: number;
  /** The same in words, short. */
  readonly left: ReactNode;
  readonly tone: Tone;
  readonly state: string;
  readonly promise: 'dies-by-itself' | 'needs-keywarden' | null;
  readonly note?: ReactNode;
}

/** The one picture of the product: a credential drawn as a card with its app, its door, its ring, its promise and its state. */
export function Keycard({ holder, door, fraction, left, tone, state, promise, note }: KeycardProps) {
  return (
    <article className={`keycard keycard-${tone}`} aria-label={`Keycard of ${holder} for ${door}`}>
      <span className="keycard-slot" aria-hidden="true" />
      <div className="keycard-top">
        <div className="grow">
          <div className="keycard-holder cut" title={holder}>
            {holder}
          </div>
          <div className="keycard-door mono selectable" title={door}>
            {door}
          </div>
        </div>
        <Ring fraction={fraction} size={64} tone={tone}>
          <span className="keycard-left">{left}</span>
        </Ring>
      </div>
      <div className="keycard-foot">
        <StateMark tone={tone} words={state} />
        {promise && <PromiseWords promise={promise} />}
        {note}
      </div>
    </article>
  );
}

/** What each promise means, in a sentence. */
export const PROMISES = {
  'dies-by-itself': 'The target refuses it after its time even when Keywarden and this machine are off.',
  'needs-keywarden':
    'It ends on time only while Keywarden runs; when it was off, it is ended at the next start.',
} as const;

/** What holds for a credential when Keywarden is off, as the rehearsal showed it. */
export function PromiseWords({ promise }: { readonly promise: 'dies-by-itself' | 'needs-keywarden' }) {
  const byItself = promise === 'dies-by-itself';
  const Icon = byItself ? IconHourglassLow : IconPlugConnected;
  const words = byItself ? 'Dies by itself' : 'Needs Keywarden';
  return (
    <span className="keycard-promise" title={PROMISES[promise]}>
      <Icon size={14} stroke={1.7} aria-hidden="true" />
      {words}
    </span>
  );
}
