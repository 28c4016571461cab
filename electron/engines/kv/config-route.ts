import { z } from 'zod';
import { durationField, formatGoDuration } from '../../../shared/model/duration.ts';
import { looseBoolean, looseInteger } from '../../../shared/model/loose-field.ts';
import type { Route } from '../../core/route.ts';
import { KV_CONFIGURED } from './kv-changes.ts';
import { readConfig } from './kv-rows.ts';
import { kv2Handler } from './kv2-handler.ts';

const configured = z.object({
  max_versions: looseInteger.pipe(z.number().min(0)).optional(),
  cas_required: looseBoolean.optional(),
  delete_version_after: durationField.optional(),
});

/** `config`: what holds for every secret of the mount. */
export const configRoute: Route = {
  pattern: 'config',
  help: 'Reads or sets how many versions all secrets keep, and for how long.',
  operations: {
    read: kv2Handler(z.object({}), (turn) => {
      const config = readConfig(turn.db, turn.mount.uuid);
      const data = {
        cas_required: config.cas_required === 1,
        delete_version_after: formatGoDuration(config.delete_version_after),
        max_versions: config.max_versions,
      };
      return { kind: 'reply', reply: { data } };
    }),

    update: kv2Handler(configured, (turn, input) => {
      const before = readConfig(turn.db, turn.mount.uuid);
      const changed = KV_CONFIGURED.make({
        mount: turn.mount.uuid,
        maxVersions: input.max_versions ?? before.max_versions,
        casRequired: input.cas_required ?? before.cas_required === 1,
        deleteVersionAfter: input.delete_version_after ?? before.delete_version_after,
      });
      return { kind: 'reply', changes: [changed], reply: {} };
    }),
  },
};
