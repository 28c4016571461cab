import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReplyDecision } from '../../core/decision.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { forgetValue } from './forget-value.ts';
import { KV_SECRET_CREATED, KV_VERSION_WRITTEN } from './kv-changes.ts';
import { type KvConfig, readConfig, type SecretRow, splitPath, versionsBelow } from './kv-rows.ts';
import { type SecretData, sealData } from './secret-value.ts';
import { deletionAt, maxVersions, oldestKept } from './version-limits.ts';
import { versionMetadata } from './version-shape.ts';

/** What writing takes of a turn: of a request's, or of a rotation's. */
type Writing = Pick<RequestTurn, 'db' | 'now' | 'mount' | 'random' | 'sealValue'>;

/** Writes the next version of a secret, which may still be new; prunes what is beyond its limit. */
export function writeVersion(turn: Writing, secret: SecretRow, data: SecretData): ReplyDecision {
  const config = readConfig(turn.db, turn.mount.uuid);
  const version = secret.current_version + 1;
  const value = sealData(turn, secret.id, version, data);
  const oldestVersion = oldestKept(secret.oldest_version, version, maxVersions(config, secret));
  const deletion = deletionAt(config, secret, turn.now);
  const pruned =
    oldestVersion === secret.oldest_version ? [] : versionsBelow(turn.db, secret.id, oldestVersion);
  const written = { secret: secret.id, version, value, oldestVersion, deletionAt: deletion, at: turn.now };
  return {
    kind: 'reply',
    changes: [
      ...createdIfNew(turn, secret),
      KV_VERSION_WRITTEN.make(written),
      ...pruned.flatMap((row) => forgetValue(row.value)),
    ],
    reply: {
      data: versionMetadata(secret, {
        version,
        created_at: turn.now,
        deletion_at: deletion,
        destroyed: 0,
        value,
      }),
    },
  };
}

/** A secret that is not in the state yet: written together with its first version or metadata. */
export function newSecret(turn: Pick<Writing, 'random' | 'now'>, path: string): SecretRow {
  return {
    id: Buffer.from(turn.random(16)).toString('hex'),
    ...splitPath(path),
    current_version: 0,
    oldest_version: 0,
    max_versions: 0,
    cas_required: 0,
    delete_version_after: 0,
    custom_metadata: null,
    created_at: turn.now,
    updated_at: turn.now,
  };
}

/** The change that brings the secret into being, unless it is there. */
export function createdIfNew(turn: Writing, secret: SecretRow): Change[] {
  // Whoever has a version is there.
  if (secret.current_version > 0) return [];
  const path = secret.folder + secret.name;
  const known = turn.db.get('SELECT id FROM kv_secret WHERE id = ?', secret.id);
  return known
    ? []
    : [KV_SECRET_CREATED.make({ mount: turn.mount.uuid, secret: secret.id, path, at: turn.now })];
}

/** Vault's check-and-set: `cas` must name the current version; 0 means that the secret must not exist. */
export function checkAndSet(config: KvConfig, secret: SecretRow, cas: number | undefined): void {
  if (cas === undefined) {
    if (config.cas_required === 0 && secret.cas_required === 0) return;
    throw new KeywardenError('check-and-set-failed', 'check-and-set parameter required for this call');
  }
  if (cas !== secret.current_version) throw new KeywardenError('check-and-set-failed');
}
