import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { durationField, formatGoDuration } from '../../../shared/model/duration.ts';
import { looseBoolean, looseInteger } from '../../../shared/model/loose-field.ts';
import type { ReplyDecision } from '../../core/decision.ts';
import { removeRotation } from '../../core/rotation/plan-rotation.ts';
import type { Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { listFolder } from './folder-listing.ts';
import { forgetValue } from './forget-value.ts';
import { KV_METADATA_SET, KV_SECRET_REMOVED } from './kv-changes.ts';
import { allVersions, findSecret, type SecretRow } from './kv-rows.ts';
import { kv2Handler } from './kv2-handler.ts';
import { mergePatch } from './merge-patch.ts';
import { secretSubject } from './rotation/rotation-settings.ts';
import { customMetadata, formatInstant } from './version-shape.ts';
import { createdIfNew, newSecret } from './write-version.ts';

const path = z.string().min(1);
/** Vault's own limits. */
const metadataText = z.record(z.string().min(1).max(128), z.string().max(512));
const settings = z.object({
  path,
  max_versions: looseInteger.pipe(z.number().min(0)).optional(),
  cas_required: looseBoolean.optional(),
  delete_version_after: durationField.optional(),
});
const given = settings.extend({ custom_metadata: metadataText.nullish() });
const patched = settings.extend({
  custom_metadata: z.record(z.string().min(1).max(128), z.string().max(512).nullable()).nullish(),
});
const MAX_CUSTOM_KEYS = 64;

const list = kv2Handler(z.object({ path: z.string().default('') }), (turn, input) => {
  const folder = input.path === '' || input.path.endsWith('/') ? input.path : `${input.path}/`;
  const keys = listFolder(turn.db, turn.mount.uuid, folder);
  if (keys.length === 0) throw new KeywardenError('not-found');
  return { kind: 'reply', reply: { data: { keys } } };
});

/** `metadata`: lists the top folder. */
export const metadataRootRoute: Route = {
  pattern: 'metadata',
  help: 'Lists the top folder.',
  operations: { list },
};

/** `metadata/…`: a secret's versions and settings, folders, and removal of everything. */
export const metadataRoute: Route = {
  pattern: 'metadata/:path*',
  help: 'Lists a folder; reads or sets what holds for a secret; removes it with all its versions.',
  exists: (turn, captures) => findSecret(turn.db, turn.mount.uuid, captures['path'] ?? '') !== undefined,
  operations: {
    list,

    read: kv2Handler(z.object({ path }), (turn, input) => {
      const secret = findSecret(turn.db, turn.mount.uuid, input.path);
      if (!secret) throw new KeywardenError('not-found');
      return { kind: 'reply', reply: { data: readMetadata(turn, secret) } };
    }),

    update: kv2Handler(given, (turn, input) => {
      const secret = findSecret(turn.db, turn.mount.uuid, input.path) ?? newSecret(turn, input.path);
      const custom = input.custom_metadata === undefined ? customMetadata(secret) : input.custom_metadata;
      return setMetadata(turn, secret, input, custom);
    }),

    patch: kv2Handler(patched, (turn, input) => {
      const secret = findSecret(turn.db, turn.mount.uuid, input.path);
      if (!secret) throw new KeywardenError('not-found');
      const before = customMetadata(secret);
      const custom =
        input.custom_metadata === null
          ? null
          : input.custom_metadata === undefined
            ? before
            : metadataText.parse(mergePatch(before ?? {}, input.custom_metadata));
      return setMetadata(turn, secret, input, custom);
    }),

    delete: kv2Handler(z.object({ path }), (turn, input) => {
      const secret = findSecret(turn.db, turn.mount.uuid, input.path);
      if (!secret) return { kind: 'reply', reply: {} };
      const forgotten = allVersions(turn.db, secret.id).flatMap((row) => forgetValue(row.value));
      return {
        kind: 'reply',
        changes: [
          KV_SECRET_REMOVED.make({ secret: secret.id }),
          ...forgotten,
          ...removeRotation(turn.db, turn.mount.uuid, secretSubject(input.path)),
        ],
        reply: {},
      };
    }),
  },
};

function setMetadata(
  turn: RequestTurn,
  secret: SecretRow,
  input: z.output<typeof settings>,
  custom: Record<string, string> | null,
): ReplyDecision {
  if (custom && Object.keys(custom).length > MAX_CUSTOM_KEYS) {
    throw new KeywardenError('invalid-request', `custom_metadata may hold ${MAX_CUSTOM_KEYS} keys at most`);
  }
  const set = KV_METADATA_SET.make({
    secret: secret.id,
    maxVersions: input.max_versions ?? secret.max_versions,
    casRequired: input.cas_required ?? secret.cas_required === 1,
    deleteVersionAfter: input.delete_version_after ?? secret.delete_version_after,
    customMetadata: custom && Object.keys(custom).length > 0 ? custom : null,
    at: turn.now,
  });
  return { kind: 'reply', changes: [...createdIfNew(turn, secret), set], reply: {} };
}

function readMetadata(turn: RequestTurn, secret: SecretRow): Record<string, unknown> {
  const versions = allVersions(turn.db, secret.id).map((row) => [
    String(row.version),
    {
      created_time: formatInstant(row.created_at),
      deletion_time: formatInstant(row.deletion_at),
      destroyed: row.destroyed === 1,
    },
  ]);
  return {
    cas_required: secret.cas_required === 1,
    created_time: formatInstant(secret.created_at),
    current_version: secret.current_version,
    custom_metadata: customMetadata(secret),
    delete_version_after: formatGoDuration(secret.delete_version_after),
    max_versions: secret.max_versions,
    oldest_version: secret.oldest_version,
    updated_time: formatInstant(secret.updated_at),
    versions: Object.fromEntries(versions),
  };
}
