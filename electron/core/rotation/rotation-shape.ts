import { formatInstant } from '../format-instant.ts';
import type { RotationRow } from './rotation-rows.ts';

const instant = (at: number | null) => (at === null ? null : formatInstant(at));

const HELD =
  'the clock was set forward: it begins when that time has really gone by, or when somebody asks for it';

/** A rotation as `sys/rotations` shows it: nothing of any value is in it. */
export function describeRotation(
  row: RotationRow,
  mount: string,
  time: { readonly now: number; readonly trusted: number },
): Record<string, unknown> {
  const isHeld =
    row.state === 'idle' && row.dueAt !== null && row.dueAt <= time.now && row.dueAt > time.trusted;
  return {
    id: row.id,
    mount,
    path: mount + row.path,
    kind: row.kind,
    details: row.data,
    state: row.state,
    paused: row.paused,
    wanted: row.wanted,
    rotation_period: row.policy.period,
    rotation_jitter: row.policy.jitter,
    rotation_schedule: row.policy.schedule,
    rotation_window: row.policy.window,
    due_time: instant(row.dueAt),
    run: row.run,
    started_time: row.state === 'idle' ? null : instant(row.startedAt),
    attempts: row.attempts,
    reason: isHeld ? HELD : row.reason,
    next_try: instant(row.nextTryAt),
    last_rotation: instant(row.lastRotatedAt),
    last_result: row.lastResult,
    last_result_time: instant(row.lastAt),
    last_reason: row.lastReason,
    proof: row.proof,
    retire_by: instant(row.retireBy),
  };
}
