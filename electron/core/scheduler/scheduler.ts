import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import type { LedgerRecord, Turn } from '../../vault/vault.ts';
import type { CorePorts } from '../ports.ts';
import { randomUuid } from '../random-text.ts';
import { backOff } from './back-off.ts';
import type { Deadlines } from './deadlines.ts';
import { SCHEDULER } from './end-attempt.ts';

/** However far the next deadline: clocks jump and machines sleep, so it looks at least once a minute. */
const LONGEST_SLEEP = 60_000;

/** Ends what is overdue, on time. */
export interface Scheduler {
  /** Settles: one turn ends everything overdue and everything left over. Must resolve before anything is served. */
  start(): Promise<void>;
  /** Looks again now. */
  hurry(): void;
  /** Queues what is due and was slept through, ahead of whatever is asked next. */
  catchUp(): void;
  stop(): void;
}

interface Needs {
  readonly ports: CorePorts;
  turn<T>(decide: (turn: Turn) => T): Promise<T>;
  watch(listener: (records: readonly LedgerRecord[]) => void): () => void;
}

/** A scheduler over the deadlines in the state; it keeps none of its own. */
export function createScheduler(needs: Needs, deadlines: readonly Deadlines[]): Scheduler {
  const { clock, log, random } = needs.ports;
  let wakeAt = Number.POSITIVE_INFINITY;
  let cancel: () => void = () => {};
  let unwatch: () => void = () => {};
  let stopped = false;
  let failures = 0;

  const sleepUntil = (deadline: number | undefined) => {
    cancel();
    if (stopped) return;
    const now = clock.now();
    const until = Math.min(deadline ?? Number.POSITIVE_INFINITY, now + LONGEST_SLEEP);
    wakeAt = Math.max(now + 1, until);
    cancel = clock.after(Math.ceil(wakeAt - now), pass);
  };

  /** What was set while a pass ran is not in what the pass has read. */
  const orEarlier = (next: number | undefined) => Math.min(next ?? Number.POSITIVE_INFINITY, wakeAt);

  const settle = (changesOf: (turn: Turn, requestId: string) => readonly Change[]) =>
    needs.turn((turn) => {
      const requestId = randomUuid(random);
      const changes = changesOf(turn, requestId);
      if (changes.length > 0) {
        turn.record({
          actor: SCHEDULER,
          operation: 'settle',
          path: '',
          outcome: 'ok',
          requestId,
          changes,
          urgent: true,
        });
      }
      return nextDeadline(turn, deadlines);
    });

  const pass = () => {
    wakeAt = Number.POSITIVE_INFINITY;
    settle((turn, requestId) => deadlines.flatMap((kind) => kind.overdue({ ...read(turn), requestId }))).then(
      (next) => {
        failures = 0;
        sleepUntil(orEarlier(next));
      },
      (thrown: unknown) => {
        const { code } = asKeywardenError(thrown);
        if (code === 'sealed' || stopped) return;
        failures += 1;
        log('warn', 'settling-failed', { code });
        sleepUntil(clock.now() + backOff(failures));
      },
    );
  };

  return {
    async start() {
      unwatch = needs.watch((records) => {
        const earlier = soonestIn(records);
        if (earlier < wakeAt) sleepUntil(earlier);
      });
      const next = await settle((turn, requestId) => {
        const at = { ...read(turn), requestId };
        return deadlines.flatMap((kind) => [...(kind.leftOver?.(at) ?? []), ...kind.overdue(at)]);
      });
      sleepUntil(orEarlier(next));
    },
    hurry: () => sleepUntil(clock.now()),
    catchUp() {
      if (stopped || clock.now() < wakeAt) return;
      cancel();
      pass();
    },
    stop() {
      stopped = true;
      cancel();
      unwatch();
    },
  };
}

function read({ db, now }: Turn) {
  return { db, now };
}

function nextDeadline(turn: Turn, deadlines: readonly Deadlines[]): number | undefined {
  const next = deadlines.flatMap((kind) => kind.next(turn.db) ?? []);
  return next.length === 0 ? undefined : Math.min(...next);
}

/** Every change that sets a deadline says so in `expiresAt`. */
function soonestIn(records: readonly LedgerRecord[]): number {
  let soonest = Number.POSITIVE_INFINITY;
  for (const { changes } of records) {
    for (const { data } of changes) {
      const at = (data as { readonly expiresAt?: unknown } | null)?.expiresAt;
      if (typeof at === 'number' && at < soonest) soonest = at;
    }
  }
  return soonest;
}
