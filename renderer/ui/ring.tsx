import './ring.css';
import type { ReactNode } from 'react';

/** The colour of a ring or of a state's mark; the words beside it say the same. */
export type Tone = 'active' | 'expiring' | 'blocked' | 'dead';

interface RingProps {
  /** What is left, from 1 to 0. */
  readonly fraction: number;
  readonly size: number;
  readonly tone: Tone;
  readonly children?: ReactNode;
}

/** A ring that empties as a TTL runs. It is decoration: the countdown beside it carries the words. */
export function Ring({ fraction, size, tone, children }: RingProps) {
  const width = size > 40 ? 4 : 2.5;
  const radius = (size - width) / 2;
  const left = Math.min(1, Math.max(0, fraction));
  return (
    <span className={`ring ring-${tone}`} style={{ width: size, height: size }}>
      <svg width={size} height={size} aria-hidden="true" focusable="false">
        <circle className="ring-track" cx={size / 2} cy={size / 2} r={radius} strokeWidth={width} />
        <circle
          className="ring-left"
          cx={size / 2}
          cy={size / 2}
          r={radius}
          strokeWidth={width}
          pathLength={1}
          strokeDasharray="1 1"
          strokeDashoffset={1 - left}
          visibility={left === 0 ? 'hidden' : undefined}
        />
      </svg>
      {children && <span className="ring-center">{children}</span>}
    </span>
  );
}
