/** What waits for one target; `deadline` says in which order. */
interface Waiting {
  readonly target: string;
  readonly deadline: number;
}

/** What waits, by target and soonest deadline first. Thousands may wait for a dead target, and each look must stay cheap. */
export interface EndQueues<Job extends Waiting> {
  add(job: Job): void;
  remove(job: Job): void;
  /** Each target with what waits for it, in order. */
  entries(): Iterable<readonly [target: string, jobs: readonly Job[]]>;
}

/** Empty queues. */
export function createEndQueues<Job extends Waiting>(): EndQueues<Job> {
  const queues = new Map<string, { readonly jobs: Job[]; isSorted: boolean }>();
  return {
    add(job) {
      const queue = queues.get(job.target) ?? { jobs: [], isSorted: true };
      queue.jobs.push(job);
      queue.isSorted = false;
      queues.set(job.target, queue);
    },
    remove(job) {
      const jobs = queues.get(job.target)?.jobs;
      const at = jobs?.indexOf(job) ?? -1;
      if (!jobs || at < 0) return;
      jobs.splice(at, 1);
      if (jobs.length === 0) queues.delete(job.target);
    },
    *entries() {
      for (const [target, queue] of queues) {
        if (!queue.isSorted) queue.jobs.sort((a, b) => a.deadline - b.deadline);
        queue.isSorted = true;
        yield [target, queue.jobs];
      }
    },
  };
}
