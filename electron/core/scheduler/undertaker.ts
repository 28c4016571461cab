import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import { findLease, selectLeases } from '../leases/lease-rows.ts';
import { backOff } from './back-off.ts';
import { readEndWork, readGroupWork, recordFailure, recordProofs, targetOf } from './end-attempt.ts';
import { LARGEST_GROUP, shareOut } from './end-groups.ts';
import { createEndQueues } from './end-queues.ts';
import { createTargetBreaker, type TargetBreaker } from './target-breaker.ts';

/** A failure with the same reason is kept in the state once in so many milliseconds. */
const FAILURE_KEPT_EVERY = 60_000;

/** An effect that does not heed its abort may hold up closing for so many milliseconds. */
const LONGEST_STOP = 3000;

interface Job {
  readonly id: string;
  readonly deadline: number;
  readonly target: string;
  /** Not together with others: its engine cannot, or an attempt together gave no proof. */
  alone: boolean;
  attempts: number;
  notBefore: number;
  running: boolean;
  reason: string | undefined;
  keptAt: number;
}

/** A lease that would not die in time, and why. */
export interface StillAlive {
  readonly id: string;
  readonly reason: string;
}

/**
 * Carries out the ends of leases: per target, four at a time, soonest deadline first, for as long as it takes. Where more are
 * due than that, and their engine can, each of the four is a group.
 * Always holds: a lease leaves the `ending` state by a proof or by a person, never by giving up.
 */
export interface Undertaker {
  /** Takes up everything in the state that is ending. */
  takeUp(): Promise<void>;
  /** These leases have just been ended. */
  add(ids: readonly string[]): void;
  /** Tries these at once, and waits up to so many milliseconds for their proofs. Resolves with those still alive. */
  waitFor(ids: readonly string[], milliseconds: number): Promise<readonly StillAlive[]>;
  /** Looks again at what can be started. */
  wake(): void;
  /** Starts nothing more and aborts what runs; resolves when nothing runs. */
  stop(): Promise<void>;
}

type Needs = Pick<
  CoreServices,
  'cache' | 'registry' | 'ports' | 'turn' | 'issuing' | 'signing' | 'trustedNow'
>;

/** An undertaker with nothing to do yet. */
export function createUndertaker(needs: Needs): Undertaker {
  const { ports, issuing } = needs;
  const jobs = new Map<string, Job>();
  const queues = createEndQueues<Job>();
  const breakers = new Map<string, TargetBreaker>();
  const watchers = new Set<(id: string) => void>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let cancelTimer: () => void = () => {};
  let cancelReload: () => void = () => {};

  const breakerOf = (target: string) => {
    const known = breakers.get(target) ?? createTargetBreaker();
    breakers.set(target, known);
    return known;
  };

  const load = async (ids: readonly string[] | undefined) => {
    const found = await needs.turn((turn) => {
      const rows = ids
        ? ids.flatMap((id) => findLease(turn.db, id) ?? [])
        : selectLeases(turn.db, "state = 'ending'");
      return rows
        .filter(({ state }) => state === 'ending')
        .map((row) => ({ row, ...targetOf(needs, turn, row) }));
    });
    for (const { row, target, alone } of found) {
      if (jobs.has(row.id)) continue;
      const job: Job = {
        id: row.id,
        deadline: row.expiresAt,
        target,
        alone,
        attempts: row.attempts,
        notBefore: 0,
        running: false,
        reason: row.reason ?? undefined,
        keptAt: 0,
      };
      jobs.set(row.id, job);
      queues.add(job);
    }
    pump();
  };

  const finish = (id: string) => {
    const job = jobs.get(id);
    if (job) queues.remove(job);
    jobs.delete(id);
    for (const died of [...watchers]) died(id);
  };

  const attempt = async (job: Job, breaker: TargetBreaker) => {
    try {
      const work = await needs.turn((turn) => readEndWork(needs, turn, job.id));
      if (work) await recordProofs(needs, [{ id: job.id, proof: await work(stopping.signal) }]);
      breaker.succeeded();
      finish(job.id);
    } catch (thrown) {
      const now = ports.clock.now();
      breaker.failed(now);
      if (!stopping.signal.aborted) await failed(job, thrown, now);
    }
  };

  /** Whoever is left without a proof is tried alone, at once: that attempt tells the reason, and one lease spoils no group twice. */
  const attemptTogether = async (group: readonly Job[], breaker: TargetBreaker) => {
    const proven = new Set<string>();
    try {
      const ids = group.map(({ id }) => id);
      const work = await needs.turn((turn) => readGroupWork(needs, turn, ids));
      // A signal of its own: so many logins would be too many listeners on one.
      const proofs = (await work?.(AbortSignal.any([stopping.signal]))) ?? [];
      await recordProofs(needs, proofs);
      for (const { id } of proofs) proven.add(id);
      breaker.succeeded();
    } catch {
      breaker.failed(ports.clock.now());
    }
    for (const job of group) job.alone = true;
    for (const id of proven) finish(id);
  };

  const failed = async (job: Job, thrown: unknown, now: number) => {
    const error = asKeywardenError(thrown);
    if (error.code === 'sealed') return;
    job.attempts += 1;
    job.notBefore = now + backOff(job.attempts);
    const isNews = job.reason !== error.message || now - job.keptAt >= FAILURE_KEPT_EVERY;
    job.reason = error.message;
    if (!isNews || error.code === 'ledger-unavailable') return;
    job.keptAt = now;
    try {
      await recordFailure(needs, job.id, {
        attempts: job.attempts,
        reason: error.message,
        nextTryAt: job.notBefore,
      });
    } catch {
      ports.log('warn', 'end-failure-not-kept', { lease: job.id });
    }
  };

  const start = (group: readonly [Job, ...Job[]], breaker: TargetBreaker) => {
    for (const job of group) job.running = true;
    breaker.started();
    const attempted = group.length === 1 ? attempt(group[0], breaker) : attemptTogether(group, breaker);
    const run = attempted.finally(() => {
      for (const job of group) job.running = false;
      running.delete(run);
      pump();
    });
    running.add(run);
  };

  const pump = () => {
    cancelTimer();
    if (stopping.signal.aborted) return;
    const now = ports.clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [target, waiting] of queues.entries()) {
      const breaker = breakerOf(target);
      if (breaker.openUntil > now) next = Math.min(next, breaker.openUntil);
      const free = breaker.free(now);
      // Whoever finishes looks again, and so does the breaker's time.
      if (free <= 0) continue;
      const ready: Job[] = [];
      for (const job of waiting) {
        if (ready.length === free * LARGEST_GROUP) break;
        if (job.running || issuing.has(job.id)) continue;
        if (job.notBefore <= now) ready.push(job);
        else next = Math.min(next, job.notBefore);
      }
      for (const group of shareOut(ready, free, breaker.isWell)) start(group, breaker);
    }
    if (next < Number.POSITIVE_INFINITY) cancelTimer = ports.clock.after(Math.max(1, next - now), pump);
  };

  const later = (work: Promise<void>) => {
    work.catch((error: unknown) => {
      if (stopping.signal.aborted) return;
      ports.log('warn', 'ends-not-read', { code: asKeywardenError(error).code });
      // Not the pump's timer, which any other work would cancel: nobody else knows of these.
      cancelReload();
      cancelReload = ports.clock.after(backOff(1), () => later(load(undefined)));
    });
  };

  const hurry = (id: string) => {
    const job = jobs.get(id);
    if (!job) return;
    job.notBefore = 0;
    breakerOf(job.target).reset();
  };

  /** Takes from the set whatever dies, until none is left or the time is over. */
  const allDead = (alive: Set<string>, milliseconds: number) =>
    new Promise<void>((resolve) => {
      const ids = [...alive];
      const done = () => {
        cancel();
        watchers.delete(died);
        resolve();
      };
      const died = (id: string) => {
        if (alive.delete(id) && alive.size === 0) done();
      };
      const cancel = ports.clock.after(milliseconds, done);
      watchers.add(died);
      later(
        load(ids).then(() => {
          for (const id of ids) if (!jobs.has(id)) died(id);
        }),
      );
    });

  return {
    takeUp: () => load(undefined),
    add(ids) {
      for (const id of ids) issuing.abort(id);
      later(load(ids));
    },
    async waitFor(ids, milliseconds) {
      for (const id of ids) hurry(id);
      const alive = new Set(ids);
      if (alive.size > 0) await allDead(alive, milliseconds);
      return [...alive].map((id) => ({ id, reason: jobs.get(id)?.reason ?? 'no answer yet' }));
    },
    wake: pump,
    async stop() {
      stopping.abort();
      cancelTimer();
      cancelReload();
      let cancelWait = () => {};
      const waited = new Promise<void>((resolve) => {
        cancelWait = ports.clock.after(LONGEST_STOP, resolve);
      });
      await Promise.race([Promise.allSettled(running), waited]);
      cancelWait();
    },
  };
}
