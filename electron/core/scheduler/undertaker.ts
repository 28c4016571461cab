import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import { findLease, selectLeases } from '../leases/lease-rows.ts';
import { backOff } from './back-off.ts';
import { readEndWork, recordFailure, recordProof, targetOf } from './end-attempt.ts';
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
 * Carries out the ends of leases: per target, four at a time, soonest deadline first, for as long as it takes.
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
        .map((row) => ({ row, target: targetOf(needs, turn, row) }));
    });
    for (const { row, target } of found) {
      if (jobs.has(row.id)) continue;
      const job: Job = {
        id: row.id,
        deadline: row.expiresAt,
        target,
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
      if (work) await recordProof(needs, job.id, await work(stopping.signal));
      breaker.succeeded();
      finish(job.id);
    } catch (thrown) {
      const now = ports.clock.now();
      breaker.failed(now);
      if (!stopping.signal.aborted) await failed(job, thrown, now);
    }
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

  const start = (job: Job, breaker: TargetBreaker) => {
    job.running = true;
    breaker.started();
    const run = attempt(job, breaker).finally(() => {
      job.running = false;
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
      for (const job of waiting) {
        // Whoever finishes looks again, and so does the breaker's time.
        if (breaker.free(now) <= 0) break;
        if (job.running || issuing.has(job.id)) continue;
        if (job.notBefore <= now) start(job, breaker);
        else next = Math.min(next, job.notBefore);
      }
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
