import type { IpcEvent } from '../../shared/ipc/events.ts';
import type { Clock } from '../core/ports.ts';

type Topic = Extract<IpcEvent, { kind: 'changed' }>['topics'][number];
const TOPICS: ReadonlySet<string> = new Set<Topic>([
  'leases',
  'secrets',
  'apps',
  'databases',
  'rotations',
  'alarms',
  'logins',
  'policies',
  'tokens',
]);
/** Ten times a second is as much as a person can see. */
const INTERVAL_MS = 100;

/** Gathers what changed and tells the window at most ten times a second. */
export function createLiveUpdates(
  clock: Clock,
  send: (event: IpcEvent) => void,
): (topics: Iterable<string>) => void {
  const pending = new Set<Topic>();
  let isWaiting = false;
  const flush = (): void => {
    isWaiting = false;
    if (pending.size === 0) return;
    const topics = [...pending];
    pending.clear();
    send({ kind: 'changed', topics });
  };
  return (topics) => {
    for (const topic of topics) if (isTopic(topic)) pending.add(topic);
    if (isWaiting || pending.size === 0) return;
    isWaiting = true;
    clock.after(INTERVAL_MS, flush);
  };
}

function isTopic(topic: string): topic is Topic {
  return TOPICS.has(topic);
}
