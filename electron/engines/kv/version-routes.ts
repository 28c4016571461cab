import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseTextList } from '../../../shared/model/loose-field.ts';
import type { Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { forgetValue } from './forget-value.ts';
import { KV_VERSION_DELETION_SET, KV_VERSION_DESTROYED } from './kv-changes.ts';
import {
  findSecret,
  findVersion,
  isReadable,
  readConfig,
  type SecretRow,
  type VersionRow,
} from './kv-rows.ts';
import { kv2Handler } from './kv2-handler.ts';
import { deletionAt } from './version-limits.ts';

/** `delete/…`: the named versions become unreadable; their values stay for `undelete/`. */
export const deleteRoute = versionRoute(
  'delete',
  'Makes some versions of a secret unreadable; they can be brought back.',
  (turn, secret, version) =>
    isReadable(version, turn.now)
      ? [KV_VERSION_DELETION_SET.make({ secret: secret.id, version: version.version, deletionAt: turn.now })]
      : [],
);

/** `undelete/…`: the named versions are readable again; a deadline that the settings ask for starts anew. */
export const undeleteRoute = versionRoute(
  'undelete',
  'Makes deleted versions of a secret readable again.',
  (turn, secret, version) => {
    if (version.destroyed === 1 || version.deletion_at === null) return [];
    const deadline = deletionAt(readConfig(turn.db, turn.mount.uuid), secret, turn.now);
    return [
      KV_VERSION_DELETION_SET.make({ secret: secret.id, version: version.version, deletionAt: deadline }),
    ];
  },
);

/** `destroy/…`: the named versions' values are erased. */
export const destroyRoute = versionRoute(
  'destroy',
  'Erases the values of some versions of a secret for good.',
  (_turn, secret, version) =>
    version.destroyed === 1
      ? []
      : [
          KV_VERSION_DESTROYED.make({ secret: secret.id, version: version.version }),
          ...forgetValue(version.value),
        ],
);

/** Unknown secrets and versions are passed over, as Vault does: the answer is 204 all the same. */
function versionRoute(
  verb: string,
  help: string,
  change: (turn: RequestTurn, secret: SecretRow, version: VersionRow) => Change[],
): Route {
  const input = z.object({ path: z.string().min(1), versions: looseTextList.default([]) });
  return {
    pattern: `${verb}/:path*`,
    help,
    operations: {
      update: kv2Handler(input, (turn, { path, versions }) => {
        const numbers = [...new Set(versions.map(Number))];
        if (numbers.length === 0) throw new KeywardenError('invalid-request', 'No version number provided');
        if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) {
          throw new KeywardenError('invalid-request', 'versions must be a list of version numbers');
        }
        const secret = findSecret(turn.db, turn.mount.uuid, path);
        const changes = !secret
          ? []
          : numbers.flatMap((number) => {
              const version = findVersion(turn.db, secret.id, number);
              return version ? change(turn, secret, version) : [];
            });
        return { kind: 'reply', changes, reply: {} };
      }),
    },
  };
}
