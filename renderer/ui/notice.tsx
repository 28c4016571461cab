import './notice.css';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Problem } from './problem.ts';

/** A boxed remark inside a form or a detail. */
export function Notice({
  tone = 'plain',
  children,
}: {
  readonly tone?: 'plain' | 'warning';
  readonly children: ReactNode;
}) {
  const Icon = tone === 'warning' ? IconAlertTriangle : IconInfoCircle;
  return (
    <div className={`notice notice-${tone}`}>
      <Icon size={16} aria-hidden="true" />
      <div className="grow">{children}</div>
    </div>
  );
}

/** Why something was refused, announced to screen readers too. */
export function ProblemNotice({ problem }: { readonly problem: Problem | null }) {
  return problem ? (
    <div className="notice notice-bad" role="alert">
      <IconAlertTriangle size={16} aria-hidden="true" />
      <div className="grow selectable">{problem.words}</div>
    </div>
  ) : null;
}
