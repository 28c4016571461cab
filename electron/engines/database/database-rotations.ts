import type { Rotation, RotationLifecycle } from '../../core/rotation/rotation-lifecycle.ts';
import { rootRotation } from './rotate-root.ts';
import { staticRotation } from './static-rotation.ts';

const kindOf = ({ kind }: Rotation): RotationLifecycle =>
  kind === 'database-root' ? rootRotation : staticRotation;

/** What is rotated in this engine: the accounts of static roles, and our own. */
export const databaseRotations: RotationLifecycle = {
  target: (rotation) => kindOf(rotation).target(rotation),
  readersSee: (rotation) => kindOf(rotation).readersSee?.(rotation) ?? 'finish',
  create: (turn, rotation) => kindOf(rotation).create(turn, rotation),
  set: (turn, rotation, next) => kindOf(rotation).set?.(turn, rotation, next) ?? (async () => {}),
  test: (turn, rotation, next) =>
    kindOf(rotation).test?.(turn, rotation, next) ?? (async () => ({ accepted: true, checks: [] })),
  finish: (turn, rotation, next) => kindOf(rotation).finish(turn, rotation, next),
  revert: (turn, rotation, next) => kindOf(rotation).revert?.(turn, rotation, next),
  inUse: (turn, rotation) => kindOf(rotation).inUse?.(turn, rotation) ?? (async () => undefined),
  retire: (turn, rotation) => kindOf(rotation).retire?.(turn, rotation) ?? (async () => []),
};
