import './screen-state.css';
import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Problem } from './problem.ts';

interface EmptyProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** An empty screen: what it is for, and what starts it. */
export function Empty({ icon, title, children, actions }: EmptyProps) {
  return (
    <div className="screen-state">
      <div className="screen-state-icon" aria-hidden="true">
        {icon}
      </div>
      <h2>{title}</h2>
      <div className="screen-state-words">{children}</div>
      {actions && <div className="screen-state-actions">{actions}</div>}
    </div>
  );
}

interface FailedProps {
  readonly problem: Problem;
  /** What holds in spite of it. */
  readonly kept?: string;
  readonly onRetry: () => void;
}

/** A screen whose asking was refused: what happened, and a way to try again. */
export function Failed({ problem, kept = 'Nothing was changed or lost.', onRetry }: FailedProps) {
  return (
    <div className="screen-state" role="alert">
      <div className="screen-state-icon screen-state-bad" aria-hidden="true">
        <IconAlertTriangle size={26} stroke={1.6} />
      </div>
      <h2>That did not work</h2>
      <div className="screen-state-words">
        <p>{problem.words}</p>
        <p>{kept}</p>
      </div>
      <div className="screen-state-actions">
        <Button
          variant="default"
          onClick={(event) => {
            // The button goes with what failed: the keys go on from around it.
            event.currentTarget.closest<HTMLElement>('[tabindex="-1"]')?.focus({ preventScroll: true });
            onRetry();
          }}
        >
          Try again
        </Button>
      </div>
    </div>
  );
}

/** Grey rows while something is on its way, but only once that takes longer than a glance. */
export function Loading({ rows = 6 }: { readonly rows?: number }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!slow) return null;
  return (
    <div className="screen-loading" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
        <Skeleton key={index} height={18} width={`${88 - ((index * 17) % 40)}%`} radius={5} />
      ))}
    </div>
  );
}

/** A quiet line over a list whose last refresh failed. */
export function Stale({ problem }: { readonly problem: Problem | null }) {
  return problem ? (
    <div className="screen-stale" role="status">
      <IconAlertTriangle size={14} aria-hidden="true" /> Not up to date: {problem.words}
    </div>
  ) : null;
}
