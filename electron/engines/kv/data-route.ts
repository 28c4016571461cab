import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseInteger } from '../../../shared/model/loose-field.ts';
import type { ReplyDecision } from '../../core/decision.ts';
import type { Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { KV_VERSION_DELETION_SET } from './kv-changes.ts';
import {
  findSecret,
  findVersion,
  isReadable,
  readConfig,
  type SecretRow,
  type VersionRow,
} from './kv-rows.ts';
import { kv2Handler } from './kv2-handler.ts';
import { isJsonObject, mergePatch } from './merge-patch.ts';
import { revealData, type SecretData } from './secret-value.ts';
import { versionMetadata } from './version-shape.ts';
import { checkAndSet, newSecret, writeVersion } from './write-version.ts';

const path = z.string().min(1);
const written = z.object({
  path,
  // Not z.record, which drops a key named __proto__.
  data: z.custom<SecretData>(isJsonObject, { error: 'no data provided' }),
  options: z
    .object({ cas: looseInteger.optional() })
    .nullish()
    .transform((options) => options ?? {}),
});

/** `data/…`: read, write, patch and soft-delete the newest version. */
export const dataRoute: Route = {
  pattern: 'data/:path*',
  help: 'Reads, writes, patches or deletes the newest version of a secret.',
  exists: (turn, captures) => findSecret(turn.db, turn.mount.uuid, captures['path'] ?? '') !== undefined,
  operations: {
    read: kv2Handler(z.object({ path, version: looseInteger.default(0) }), (turn, input) => {
      const { secret, version } = locate(turn, input.path, input.version);
      const metadata = versionMetadata(secret, version);
      if (!isReadable(version, turn.now)) {
        return { kind: 'reply', reply: { status: 404, data: { data: null, metadata } } };
      }
      return { kind: 'reply', reply: { data: { data: revealData(turn, secret, version), metadata } } };
    }),

    update: kv2Handler(written, (turn, input) => {
      const secret = findSecret(turn.db, turn.mount.uuid, input.path) ?? newSecret(turn, input.path);
      checkAndSet(readConfig(turn.db, turn.mount.uuid), secret, input.options.cas);
      return writeVersion(turn, secret, input.data);
    }),

    patch: kv2Handler(written, (turn, input) => {
      const { secret, version } = locate(turn, input.path, 0);
      if (!isReadable(version, turn.now)) throw new KeywardenError('not-found');
      checkAndSet(readConfig(turn.db, turn.mount.uuid), secret, input.options.cas);
      return writeVersion(turn, secret, mergePatch(revealData(turn, secret, version), input.data));
    }),

    delete: kv2Handler(z.object({ path }), (turn, input): ReplyDecision => {
      const secret = findSecret(turn.db, turn.mount.uuid, input.path);
      const version = secret && findVersion(turn.db, secret.id, secret.current_version);
      if (!secret || !version || !isReadable(version, turn.now)) return { kind: 'reply', reply: {} };
      const deleted = { secret: secret.id, version: version.version, deletionAt: turn.now };
      return { kind: 'reply', changes: [KV_VERSION_DELETION_SET.make(deleted)], reply: {} };
    }),
  },
};

/** Finds a version by number, 0 being the newest. Throws `not-found`. */
export function locate(
  turn: RequestTurn,
  path: string,
  number: number,
): { secret: SecretRow; version: VersionRow } {
  const secret = findSecret(turn.db, turn.mount.uuid, path);
  const version = secret && findVersion(turn.db, secret.id, number === 0 ? secret.current_version : number);
  if (!secret || !version) throw new KeywardenError('not-found');
  return { secret, version };
}
