/** As many as end together at most: a failure, or a power cut, costs no more work than that. */
export const LARGEST_GROUP = 64;

/**
 * Divides what is ready, in its order, among the effects that may start. Each is one job, or a group of those that may end
 * together when there are more of them than effects; none of those while the target is in trouble.
 */
export function shareOut<Job extends { readonly alone: boolean }>(
  ready: readonly Job[],
  free: number,
  isWell: boolean,
): [Job, ...Job[]][] {
  const together = isWell ? ready.filter(({ alone }) => !alone).length : 0;
  const size = Math.min(LARGEST_GROUP, Math.ceil(together / free));
  const shares: [Job, ...Job[]][] = [];
  let group: [Job, ...Job[]] | undefined;
  for (const job of ready) {
    const joins = size > 1 && !job.alone;
    if (joins && group && group.length < size) {
      group.push(job);
    } else if (shares.length < free) {
      const share: [Job, ...Job[]] = [job];
      shares.push(share);
      if (joins) group = share;
    }
  }
  return shares;
}
