import type { Deadlines } from '../scheduler/deadlines.ts';
import { mountClosing } from './mount-changes.ts';

/** Mounts end when somebody says so; one whose unmounting was interrupted serves again. */
export const mountDeadlines: Deadlines = {
  next: () => undefined,
  overdue: () => [],
  leftOver: ({ db }) =>
    db
      .all<{ uuid: string }>('SELECT uuid FROM mounts WHERE closing = 1')
      .map(({ uuid }) => mountClosing.make({ uuid, closing: false })),
};
