import type { SecretRow, VersionRow } from './kv-rows.ts';

/** An instant as Vault writes it: RFC 3339 with nine digits, or '' for none. `at` in milliseconds since 1970. */
export function formatInstant(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString().replace('Z', '000000Z');
}

/** A secret's own metadata as clients read them, `null` when none were set. */
export function customMetadata(secret: SecretRow): Record<string, string> | null {
  return secret.custom_metadata === null ? null : JSON.parse(secret.custom_metadata);
}

/** What a read or a write of `data/` tells of a version. */
export function versionMetadata(secret: SecretRow, version: VersionRow) {
  return {
    created_time: formatInstant(version.created_at),
    custom_metadata: customMetadata(secret),
    deletion_time: formatInstant(version.deletion_at),
    destroyed: version.destroyed === 1,
    version: version.version,
  };
}
