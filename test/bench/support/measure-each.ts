import type { Figures } from './load.ts';

/** Does something once for each of `count`, in so many lanes at a time. */
export async function measureEach(
  count: number,
  lanes: number,
  once: (number: number, lane: number) => Promise<unknown>,
): Promise<Figures> {
  const took: number[] = [];
  let next = 0;
  const started = performance.now();
  const lane = async (which: number) => {
    while (next < count) {
      const number = next++;
      const begun = performance.now();
      await once(number, which);
      took.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, which) => lane(which)));
  const seconds = (performance.now() - started) / 1000;
  took.sort((a, b) => a - b);
  return { perSecond: count / seconds, p50: shareOf(took, 0.5), p99: shareOf(took, 0.99) };
}

/** The value below which a share of the sorted values lies. */
export function shareOf(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
