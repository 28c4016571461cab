import { asKeywardenError, KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import { liveLeasesOf } from '../leases/lease-rows.ts';
import { leaseView } from '../leases/lease-view.ts';
import type { Mount } from '../mounts/mount.ts';
import { randomUuid } from '../random-text.ts';
import { backOff } from '../scheduler/back-off.ts';
import { SCHEDULER } from '../scheduler/end-attempt.ts';
import { planReconcile, type Reconciled } from './plan-reconcile.ts';
import type { Finding, Found, ReconcileJob } from './reconcile-lifecycle.ts';
import { findReconciliation, reconciled } from './reconcile-rows.ts';

const HOUR = 3_600_000;
/** Machines sleep: it looks at the clock once a minute, and a minute that was much longer was a sleep or a jump. */
const TICK = 60_000;
const SLEPT = TICK + 120_000;

/** What one reconciliation came to. */
export interface ReconcileReport extends Reconciled {
  readonly findings: readonly Finding[];
}

/**
 * Compares what lives at the targets with what the state knows: at start, after a sleep, once an hour and on demand.
 * Always: what is at a target is acted on only where it carries a valid mark of this vault.
 */
export interface Reconciling {
  /** Begins, and goes on for as long as the vault is open. Nothing waits for it. */
  start(): void;
  /** Looks through one target now. Throws `target-unavailable`, or `not-found` where there is no such target. */
  now(mount: string, target: string, signal: AbortSignal): Promise<ReconcileReport>;
  stop(): void;
}

type Needs = Pick<CoreServices, 'cache' | 'registry' | 'ports' | 'turn' | 'signing'>;

interface Job extends ReconcileJob {
  readonly mount: Mount;
  readonly lookedAt: number;
}

/** Reconciling over the engines that can. `isWanted` is false where none of them can. */
export function createReconciling(needs: Needs, isWanted: boolean): Reconciling {
  const { clock, log } = needs.ports;
  const stopped = new AbortController();
  const failures = new Map<string, number>();
  const dueAt = new Map<string, number>();
  const running = new Set<string>();
  let cancel = () => {};
  let lookedAt = 0;

  const attempt = async (job: Job) => {
    const key = keyOf(job);
    if (running.has(key)) return;
    running.add(key);
    try {
      await settle(needs, job, await job.look(stopped.signal), false);
      failures.delete(key);
      dueAt.set(key, clock.now() + HOUR);
    } catch (error) {
      if (stopped.signal.aborted) return;
      const failed = (failures.get(key) ?? 0) + 1;
      failures.set(key, failed);
      dueAt.set(key, clock.now() + backOff(failed));
      log('info', 'not-reconciled', { target: job.name, code: asKeywardenError(error).code });
    } finally {
      running.delete(key);
    }
  };

  const tick = async () => {
    const now = clock.now();
    if (lookedAt > 0 && Math.abs(now - lookedAt) > SLEPT) dueAt.clear();
    lookedAt = now;
    try {
      const jobs = await needs.turn((turn) => readJobs(needs, turn));
      await Promise.all(jobs.filter((job) => (dueAt.get(keyOf(job)) ?? 0) <= now).map(attempt));
    } catch {
      // Sealed meanwhile, or the ledger is not to be had: the next tick sees.
    }
    if (stopped.signal.aborted) return;
    const next = Math.min(TICK, ...[...dueAt.values()].map((at) => Math.max(1000, at - clock.now())));
    cancel();
    cancel = clock.after(next, () => void tick());
  };

  return {
    start() {
      if (isWanted) void tick();
    },
    async now(mount, target, signal) {
      const jobs = await needs.turn((turn) => readJobs(needs, turn));
      const job = jobs.find((each) => each.mount.uuid === mount && each.target === target);
      if (!job) throw new KeywardenError('not-found');
      return settle(needs, job, await job.look(AbortSignal.any([signal, stopped.signal])), true);
    },
    stop() {
      stopped.abort();
      cancel();
    },
  };
}

function keyOf(job: Job): string {
  return `${job.mount.uuid}/${job.target}`;
}

function readJobs({ cache, registry, signing }: Needs, turn: Turn): readonly Job[] {
  return cache.mounts(turn.db).all.flatMap((mount) => {
    const reconciler = registry.find(mount)?.engine.reconcile;
    if (!reconciler) return [];
    const jobs = reconciler.jobs({
      db: turn.db,
      now: turn.now,
      mount,
      revealValue: (hash, context) => turn.revealValue(hash, context),
      signer: () => signing.signer(turn),
      liveLeases: () => liveLeasesOf(turn.db, mount.uuid).map((row) => leaseView(row, mount)),
    });
    return jobs.map((job) => ({ ...job, look: job.look.bind(job), mount, lookedAt: turn.now }));
  });
}

/** Recorded where something is new, or where somebody asked: an hourly look that finds nothing leaves no record. */
function settle(needs: Needs, job: Job, found: Found, isAsked: boolean): Promise<ReconcileReport> {
  return needs.turn((turn) => {
    const { mount, target, name, lookedAt: at } = job;
    const requestId = randomUuid(needs.ports.random);
    const { done, changes } = planReconcile(
      { db: turn.db, now: turn.now, requestId, mount, name, lookedAt: at },
      found.credentials,
    );
    const before = findReconciliation(turn.db, mount.uuid, target)?.findings ?? [];
    const isNews = JSON.stringify(before) !== JSON.stringify(found.findings);
    if (isNews || isAsked || changes.length > 0) {
      const findings = found.findings.map((finding) => ({ ...finding }));
      turn.record({
        actor: SCHEDULER,
        operation: 'reconcile',
        path: `${mount.path}reconcile/${name}`,
        outcome: 'ok',
        requestId,
        changes: [...changes, reconciled.make({ mount: mount.uuid, target, at: turn.now, findings })],
        urgent: true,
      });
    }
    return { ...done, findings: found.findings };
  });
}
