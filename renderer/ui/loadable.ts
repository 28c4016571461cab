import { type Problem, problemOf } from './problem.ts';

/** Something that a screen asked for: on its way, refused, or there (perhaps with a later refresh that failed). */
export type Loadable<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly problem: Problem }
  | { readonly kind: 'ready'; readonly value: T; readonly stale: Problem | null };

export const LOADING = { kind: 'loading' } as const;

/** Asks and keeps what was there before when the asking fails: nothing on the screen is lost. */
export async function reload<T>(before: Loadable<T>, asked: Promise<T>): Promise<Loadable<T>> {
  try {
    return { kind: 'ready', value: await asked, stale: null };
  } catch (thrown) {
    const problem = problemOf(thrown);
    return before.kind === 'ready' ? { ...before, stale: problem } : { kind: 'failed', problem };
  }
}

/** The value, or what to use while there is none. */
export function valueOr<T>(loadable: Loadable<T>, otherwise: T): T {
  return loadable.kind === 'ready' ? loadable.value : otherwise;
}
