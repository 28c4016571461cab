import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { type RotationWhen, seenRotation, WHEN_WORDS } from './rotation-state.ts';

/** A line of the calendar: the head of a part, or a rotation. */
export type RotationLine =
  | { readonly kind: 'heading'; readonly when: RotationWhen; readonly words: string }
  | { readonly kind: 'rotation'; readonly rotation: Rotation };

/** The calendar: what waits for somebody first, then by when it is due. */
export function rotationLines(
  rotations: readonly Rotation[],
  words: string,
  now: number,
): readonly RotationLine[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rotations.filter(({ name, path }) =>
    wanted.every((word) => `${name} ${path}`.toLowerCase().includes(word)),
  );
  const seen = found.map((rotation) => ({ rotation, when: seenRotation(rotation, now).when }));
  return (Object.keys(WHEN_WORDS) as RotationWhen[]).flatMap((when): RotationLine[] => {
    const part = seen.filter((one) => one.when === when).map(({ rotation }) => rotation);
    if (part.length === 0) return [];
    const soonest = part.toSorted(
      (a, b) => (a.dueAt ?? Number.POSITIVE_INFINITY) - (b.dueAt ?? Number.POSITIVE_INFINITY),
    );
    return [
      { kind: 'heading', when, words: WHEN_WORDS[when] },
      ...soonest.map((rotation) => ({ kind: 'rotation', rotation }) as const),
    ];
  });
}
