import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import type { LedgerRecord, Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import { randomUuid } from '../random-text.ts';
import { backOff } from '../scheduler/back-off.ts';
import { SCHEDULER } from '../scheduler/end-attempt.ts';
import { createTargetBreaker, type TargetBreaker } from '../scheduler/target-breaker.ts';
import { rotationFailed } from './rotation-changes.ts';
import { findRotation, type RotationRow, selectRotations } from './rotation-rows.ts';
import { readStep, type Step } from './rotation-steps.ts';

/** A failure with the same reason is kept in the state once in so many milliseconds. */
const FAILURE_KEPT_EVERY = 60_000;
/** An effect that does not heed its abort may hold up closing for so many milliseconds. */
const LONGEST_STOP = 3000;

/** How a run stands after waiting for it. */
export interface RotationOutcome {
  /** The new value is the current one. */
  readonly rotated: boolean;
  /** Why not, or not yet, in words. */
  readonly reason: string;
}

/**
 * Carries rotations from step to step, per target, for as long as it takes.
 * Always holds: each step is durable before the next one begins, and only one step of a rotation runs at a time.
 */
export interface Rotator {
  /** Takes up every run that is under way. */
  takeUp(): Promise<void>;
  /** Looks at what records have changed. */
  heed(records: readonly LedgerRecord[]): void;
  /** Waits up to so many milliseconds for the end of a run; whatever holds it up is tried at once. */
  waitFor(id: string, milliseconds: number): Promise<RotationOutcome>;
  /** Starts nothing more and aborts what runs; resolves when nothing runs. */
  stop(): Promise<void>;
}

interface Job {
  readonly id: string;
  running: boolean;
  again: boolean;
  attempts: number;
  notBefore: number;
  reason: string | undefined;
  keptAt: number;
}

type Needs = Pick<CoreServices, 'cache' | 'registry' | 'ports' | 'turn' | 'signing'>;

/** A rotator with nothing to do yet. */
export function createRotator(needs: Needs): Rotator {
  const { ports } = needs;
  const jobs = new Map<string, Job>();
  const breakers = new Map<string, TargetBreaker>();
  const watchers = new Set<() => void>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let cancelTimer: () => void = () => {};

  const breakerOf = (target: string) => {
    const known = breakers.get(target) ?? createTargetBreaker();
    breakers.set(target, known);
    return known;
  };

  const add = (id: string) => {
    const job = jobs.get(id);
    if (job) job.again = true;
    else {
      jobs.set(id, {
        id,
        running: false,
        again: false,
        attempts: 0,
        notBefore: 0,
        reason: undefined,
        keptAt: 0,
      });
    }
  };

  /** One step; false: there is none, now. */
  const advance = async (job: Job): Promise<boolean> => {
    let breaker: TargetBreaker | undefined;
    try {
      const step = await needs.turn((turn) => readStep(needs, turn, job.id));
      if (!step) return false;
      breaker = breakerOf(step.target);
      const now = ports.clock.now();
      if (breaker.free(now) <= 0) {
        breaker = undefined;
        job.notBefore = Math.max(now + 100, breakerOf(step.target).openUntil);
        return true;
      }
      breaker.started();
      const result = await step.work(stopping.signal);
      const settled = await needs.turn((turn) => record(needs, turn, step, result as never));
      breaker.succeeded();
      job.attempts = 0;
      job.reason = undefined;
      job.notBefore = settled ?? 0;
    } catch (thrown) {
      const now = ports.clock.now();
      breaker?.failed(now);
      if (!stopping.signal.aborted) await failed(job, thrown, now);
    }
    for (const look of [...watchers]) look();
    return true;
  };

  const failed = async (job: Job, thrown: unknown, now: number) => {
    const error = asKeywardenError(thrown);
    if (error.code === 'sealed') return;
    if (error.code === 'internal') ports.log('error', 'rotation-step-failed', { rotation: job.id });
    job.attempts += 1;
    job.notBefore = now + backOff(job.attempts);
    const isNews = job.reason !== error.message || now - job.keptAt >= FAILURE_KEPT_EVERY;
    job.reason = error.message;
    if (!isNews || error.code === 'ledger-unavailable') return;
    job.keptAt = now;
    const failure = { attempts: job.attempts, reason: error.message, nextTryAt: job.notBefore };
    await needs
      .turn((turn) => {
        const row = findRotation(turn.db, job.id);
        if (!row || row.state === 'idle') return;
        const changes = [rotationFailed.make({ id: job.id, ...failure })];
        write(needs, turn, row, '', error.code, changes);
      })
      .catch(() => ports.log('warn', 'rotation-failure-not-kept', { rotation: job.id }));
  };

  const run = (job: Job) => {
    job.running = true;
    job.again = false;
    const done = advance(job).then((hasMore) => {
      job.running = false;
      running.delete(done);
      if (!hasMore && !job.again) {
        jobs.delete(job.id);
        for (const look of [...watchers]) look();
      }
      pump();
    });
    running.add(done);
  };

  const pump = () => {
    cancelTimer();
    if (stopping.signal.aborted) return;
    const now = ports.clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const job of jobs.values()) {
      if (job.running) continue;
      if (job.notBefore <= now) run(job);
      else next = Math.min(next, job.notBefore);
    }
    if (next < Number.POSITIVE_INFINITY)
      cancelTimer = ports.clock.after(Math.max(1, Math.ceil(next - now)), pump);
  };

  const hurry = (id: string) => {
    add(id);
    const job = jobs.get(id);
    if (job) job.notBefore = 0;
    for (const breaker of breakers.values()) breaker.reset();
    pump();
  };

  const outcomeOf = (id: string) => needs.turn((turn) => readOutcome(findRotation(turn.db, id)));

  return {
    async takeUp() {
      const rows = await needs.turn((turn) => selectRotations(turn.db, "state NOT IN ('idle', 'asking')"));
      for (const { id } of rows) add(id);
      pump();
    },
    heed(records) {
      const ids = idsIn(records);
      for (const id of ids) add(id);
      if (ids.size > 0) pump();
    },
    async waitFor(id, milliseconds) {
      hurry(id);
      const until = await endOf(id, milliseconds);
      return until ?? { rotated: false, reason: jobs.get(id)?.reason ?? 'no answer yet' };
    },
    async stop() {
      stopping.abort();
      cancelTimer();
      let cancelWait = () => {};
      const waited = new Promise<void>((resolve) => {
        cancelWait = ports.clock.after(LONGEST_STOP, resolve);
      });
      await Promise.race([Promise.allSettled(running), waited]);
      cancelWait();
    },
  };

  /** Looks again after every step, until the run has ended or the time is over. */
  function endOf(id: string, milliseconds: number): Promise<RotationOutcome | undefined> {
    return new Promise((resolve, reject) => {
      const done = (outcome: RotationOutcome | undefined) => {
        cancel();
        watchers.delete(look);
        stopping.signal.removeEventListener('abort', stopped);
        resolve(outcome);
      };
      const stopped = () => done(undefined);
      const look = () => {
        outcomeOf(id).then((outcome) => {
          if (outcome) done(outcome);
        }, reject);
      };
      const cancel = ports.clock.after(milliseconds, () => done(undefined));
      watchers.add(look);
      stopping.signal.addEventListener('abort', stopped);
      look();
    });
  }
}

/** Records a step, if the rotation still stands where the step was read. @returns when to look again */
function record(needs: Needs, turn: Turn, step: Step, result: never): number | undefined {
  const row = findRotation(turn.db, step.row.id);
  if (!row || row.run !== step.row.run || row.state !== step.row.state || row.secret !== step.row.secret)
    return 0;
  const { changes, isNews, nextTryAt } = step.settle(turn, result, row);
  if (changes.length > 0) write(needs, turn, row, isNews ? step.path : '', 'ok', changes);
  return nextTryAt;
}

/** What changes what is read stands under the path where it is read; the steps between under the rotation's own. */
function write(
  { ports }: Needs,
  turn: Turn,
  row: RotationRow,
  path: string,
  outcome: string,
  changes: readonly Change[],
): void {
  turn.record({
    actor: SCHEDULER,
    operation: 'rotate',
    path: path === '' ? `sys/rotations/${row.id}` : path,
    outcome,
    requestId: row.startedBy ?? randomUuid(ports.random),
    changes,
    urgent: row.state !== 'creating',
  });
}

function readOutcome(row: RotationRow | undefined): RotationOutcome | undefined {
  if (!row) return { rotated: false, reason: 'it is not rotated any more' };
  if (row.state === 'asking') return { rotated: false, reason: row.reason ?? '' };
  if (row.wanted || (row.state !== 'idle' && row.state !== 'retiring')) return undefined;
  return { rotated: row.lastResult === 'rotated', reason: row.lastReason ?? '' };
}

function idsIn(records: readonly LedgerRecord[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { changes } of records) {
    for (const { type, data } of changes) {
      if (!type.startsWith('rotations/') || type === 'rotations/failed@1') continue;
      const { id } = data as { readonly id?: unknown };
      if (typeof id === 'string') ids.add(id);
    }
  }
  return ids;
}
