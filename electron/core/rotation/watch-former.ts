import type { Change } from '../../vault/change.ts';
import { rotationFormerSeen } from './rotation-changes.ts';
import type { Rotation, RotationLifecycle, RotationTurn, RotationWork } from './rotation-lifecycle.ts';
import type { RotationRow } from './rotation-rows.ts';

/** Milliseconds between two looks at who still uses the former value. */
const LOOKS = { soonest: 100, latest: 30_000 };
const QUIET = 'nobody is seen using the former value; it is retired when that stays so';

/** What a look has shown: the former value is retired, or when to look again. */
export type FormerSeen =
  | { readonly retired: readonly string[] }
  | { readonly changes: readonly Change[]; readonly nextTryAt: number };

/** One look at who still uses the former value. After a long enough quiet, or at its deadline, it is retired. */
export function watchFormer(
  row: RotationRow,
  lifecycle: RotationLifecycle,
  turn: RotationTurn,
  rotation: Rotation,
): RotationWork<FormerSeen> {
  const retire = lifecycle.retire?.(turn, rotation) ?? (async () => []);
  const quietFor = row.quietFor ?? 0;
  const { now } = turn;
  if (rotation.isLate) {
    return async (signal) => ({
      retired: ['the deadline of the former value had come', ...(await retire(signal))],
    });
  }
  const inUse = lifecycle.inUse?.(turn, rotation) ?? (async () => undefined);
  const nextTryAt = Math.min(
    now + Math.min(Math.max(quietFor / 4, LOOKS.soonest), LOOKS.latest),
    row.retireBy ?? Number.POSITIVE_INFINITY,
  );
  return async (signal) => {
    const used = await inUse(signal);
    const isQuiet = used === undefined;
    if (isQuiet && (quietFor === 0 || (row.quietSince !== null && now - row.quietSince >= quietFor))) {
      return { retired: ['nobody was seen using the former value', ...(await retire(signal))] };
    }
    const quietSince = isQuiet ? (row.quietSince ?? now) : null;
    const reason = used ?? QUIET;
    const isNews = quietSince !== row.quietSince || reason !== row.reason;
    return {
      changes: isNews
        ? [rotationFormerSeen.make({ id: row.id, quietSince, reason, nextTryAt: Math.ceil(nextTryAt) })]
        : [],
      nextTryAt,
    };
  };
}
