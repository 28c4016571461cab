import './state-mark.css';
import type { Tone } from './ring.tsx';

/** The shape of a state: disc, half disc, diamond with a stroke, crossed ring. Colour is never alone. */
export function StateMark({ tone, words }: { readonly tone: Tone; readonly words: string }) {
  return (
    <span className={`state-mark state-mark-${tone}`}>
      <svg width="11" height="11" viewBox="0 0 12 12" aria-hidden="true" focusable="false">
        {SHAPES[tone]}
      </svg>
      {words}
    </span>
  );
}

const SHAPES = {
  active: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  expiring: (
    <>
      <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" />
    </>
  ),
  blocked: (
    <>
      <path d="M6 .5 11.5 6 6 11.5 .5 6z" fill="currentColor" />
      <path d="M6 3.2v3.4M6 8v.9" stroke="var(--surface)" strokeWidth="1.4" />
    </>
  ),
  dead: (
    <path
      d="M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9zM2.9 9.1l6.2-6.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
    />
  ),
} as const satisfies Record<Tone, unknown>;
