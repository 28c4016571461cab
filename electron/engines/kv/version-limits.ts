import type { KvConfig } from './kv-rows.ts';

const DEFAULT_MAX_VERSIONS = 10;

/** How many versions are kept: the larger of mount and secret, 10 if neither says. */
export function maxVersions(config: KvConfig, secret: KvConfig): number {
  return Math.max(config.max_versions, secret.max_versions) || DEFAULT_MAX_VERSIONS;
}

/** When a version that begins now deletes itself: the shorter of mount and secret; a negative one switches it off. */
export function deletionAt(config: KvConfig, secret: KvConfig, now: number): number | null {
  const [mount, own] = [config.delete_version_after, secret.delete_version_after];
  if (mount < 0 || own < 0) return null;
  const seconds = mount === 0 || own === 0 ? Math.max(mount, own) : Math.min(mount, own);
  return seconds === 0 ? null : now + seconds * 1000;
}

/** The oldest version that stays when `next` is written; 0 until the first one is pruned. */
export function oldestKept(oldest: number, next: number, limit: number): number {
  const kept = next - Math.max(oldest, 1) + 1;
  return kept > limit ? next - limit + 1 : oldest;
}
