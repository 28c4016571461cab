import type { LedgerRecord, Vault } from '../vault/vault.ts';

/** What the desktop may have to draw again. */
export type Topic =
  | 'leases'
  | 'secrets'
  | 'apps'
  | 'databases'
  | 'rotations'
  | 'alarms'
  | 'logins'
  | 'policies'
  | 'tokens'
  | 'mounts';

const TOPIC_OF_DOMAIN: Readonly<Record<string, Topic>> = {
  leases: 'leases',
  kv: 'secrets',
  approle: 'apps',
  database: 'databases',
  rotations: 'rotations',
  wrapping: 'alarms',
  desktop: 'logins',
  policies: 'policies',
  tokens: 'tokens',
  mounts: 'mounts',
};

/** Happens with nearly every request and shows nowhere. */
const SILENT = new Set([
  'tokens/used@1',
  'tokens/spent@1',
  'database/static-creds-read@1',
  'leases/forward-started@1',
  'leases/forward-ended@1',
]);

/** Whether a change shows nowhere. */
export function isSilent(type: string): boolean {
  return SILENT.has(type);
}

/** Calls back with the topics that records touched, once these are durable. Returns how to stop. */
export function watchTopics(
  vault: Pick<Vault, 'watch'>,
  listener: (topics: ReadonlySet<Topic>) => void,
): () => void {
  return vault.watch((records) => {
    const topics = new Set(records.flatMap(topicsOf));
    if (topics.size > 0) listener(topics);
  });
}

function topicsOf({ changes }: LedgerRecord): readonly Topic[] {
  return changes.flatMap(({ type }) => {
    const topic = isSilent(type) ? undefined : TOPIC_OF_DOMAIN[type.slice(0, type.indexOf('/'))];
    return topic === undefined ? [] : [topic];
  });
}
