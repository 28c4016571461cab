/** Does something for many at once. @returns what came of each, in order; what it throws came of all of them. */
export type GroupWork<T, R> = (items: readonly T[]) => Promise<readonly PromiseSettledResult<R>[]>;

/** Lets those wait for each other who would otherwise wait for the same thing one after another. */
export interface Gathering<T, R> {
  /** Begins at once where few are at work at the place; else goes with all who come there until one of them is done. */
  join(place: string, item: T, work: GroupWork<T, R>): Promise<R>;
}

export interface GatheringLimits {
  /** How many groups are at work at one place at a time. */
  readonly groups: number;
  /** How many go together at most. */
  readonly largest: number;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly work: GroupWork<T, R>;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

interface Place<T, R> {
  working: number;
  waiting: Waiting<T, R>[];
}

/** A gathering in memory. Nothing depends on it: a place is forgotten when nobody is there. */
export function createGathering<T, R>({ groups, largest }: GatheringLimits): Gathering<T, R> {
  const places = new Map<string, Place<T, R>>();

  const begin = async (name: string, place: Place<T, R>) => {
    const group = place.waiting.slice(0, largest);
    const [first] = group;
    if (!first || place.working >= groups) return;
    place.waiting = place.waiting.slice(largest);
    place.working += 1;
    try {
      const results = await first.work(group.map(({ item }) => item));
      for (const [at, waiting] of group.entries()) settle(waiting, results[at]);
    } catch (thrown) {
      for (const { reject } of group) reject(thrown);
    }
    place.working -= 1;
    if (place.working === 0 && place.waiting.length === 0) places.delete(name);
    void begin(name, place);
  };

  return {
    join(name, item, work) {
      const place = places.get(name) ?? { working: 0, waiting: [] };
      places.set(name, place);
      return new Promise<R>((resolve, reject) => {
        place.waiting.push({ item, work, resolve, reject });
        void begin(name, place);
      });
    },
  };
}

function settle<T, R>({ resolve, reject }: Waiting<T, R>, result: PromiseSettledResult<R> | undefined): void {
  if (result?.status === 'fulfilled') resolve(result.value);
  else reject(result?.reason ?? new Error('nothing came of it'));
}
