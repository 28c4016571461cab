import './revocation.css';
import type { ReactNode } from 'react';
import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';

/** As many as a person would read through; the Keycards screen has the rest. */
const MOST = 200;

interface StoppedKeycardsProps<T> {
  readonly summary: string;
  readonly keycards: readonly T[];
  /** What is said of each, under its door and its holder. */
  readonly note: (keycard: T) => ReactNode;
}

/** Each keycard of a revocation by its door and its holder, folded away until somebody asks. */
export function StoppedKeycards<T extends Pick<Keycard, 'leaseId' | 'path' | 'holder'>>({
  summary,
  keycards,
  note,
}: StoppedKeycardsProps<T>) {
  if (keycards.length === 0) return null;
  return (
    <details className="policy-fold">
      <summary>{summary}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by keys too. */}
      <ul className="detail-box stopped" tabIndex={0} aria-label={summary}>
        {keycards.slice(0, MOST).map((keycard) => (
          <li key={keycard.leaseId} title={keycard.leaseId}>
            <span className="row">
              <span className="mono cut grow">{keycard.path}</span>
              <span className="quiet">{keycard.holder}</span>
            </span>
            <span className="quiet selectable">{note(keycard)}</span>
          </li>
        ))}
        {keycards.length > MOST && <li className="quiet">and {keycards.length - MOST} more</li>}
      </ul>
    </details>
  );
}
