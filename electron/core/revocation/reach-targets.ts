import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import type { LeaseRow } from '../leases/lease-rows.ts';
import { leaseView } from '../leases/lease-view.ts';
import type { RequestTurn } from '../turn.ts';

/** Milliseconds that a rehearsal waits for the slowest target. */
const PATIENCE = 5000;

/** Keycards that a run would end for us, but could not prove dead as things stand. */
export interface Blocked {
  readonly leases: readonly string[];
  readonly reason: string;
}

interface Target {
  readonly leases: string[];
  /** Why it is known to be out of reach without asking it. */
  reason: string | undefined;
  reach: ((signal: AbortSignal) => Promise<void>) | undefined;
}

type Needs = Pick<CoreServices, 'cache' | 'registry' | 'ports'>;

/** Reads which targets a set of keycards has; what is returned asks each once, all at the same time, and changes nothing. */
export function readTargets(
  { cache, registry, ports }: Needs,
  turn: RequestTurn,
  leases: readonly LeaseRow[],
): (signal: AbortSignal) => Promise<readonly Blocked[]> {
  const targets = new Map<string, Target>();
  const mounts = cache.mounts(turn.db);
  for (const row of leases) {
    const mount = mounts.byUuid(row.mount);
    const lifecycle = mount && registry.find(mount)?.engine.leases;
    const key = mount && lifecycle ? `${row.mount}/${lifecycle.target(leaseView(row, mount))}` : row.mount;
    const known = targets.get(key);
    if (known) {
      known.leases.push(row.id);
      continue;
    }
    const target: Target = { leases: [row.id], reason: undefined, reach: undefined };
    targets.set(key, target);
    if (!mount || !lifecycle) {
      target.reason = 'nothing serves the mount that issued it';
      continue;
    }
    const { revealValue, signer } = turn;
    try {
      target.reach = lifecycle.reach?.(
        { db: turn.db, now: turn.now, mount, revealValue, signer },
        leaseView(row, mount),
      );
    } catch (error) {
      target.reason = asKeywardenError(error).message;
    }
  }
  return async (signal) => {
    const late = new AbortController();
    const cancel = ports.clock.after(PATIENCE, () => late.abort());
    const patient = AbortSignal.any([signal, late.signal]);
    try {
      const answers = await Promise.all([...targets.values()].map((target) => ask(target, patient)));
      return answers.filter((answer) => answer !== undefined);
    } finally {
      cancel();
    }
  };
}

async function ask(target: Target, signal: AbortSignal): Promise<Blocked | undefined> {
  const { leases, reason, reach } = target;
  if (reason !== undefined) return { leases, reason };
  if (!reach) return undefined;
  try {
    await orAborted(reach(signal), signal);
    return undefined;
  } catch (error) {
    return { leases, reason: signal.aborted ? 'no answer in time' : asKeywardenError(error).message };
  }
}

/** A target that does not heed the signal holds nobody up. */
function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
