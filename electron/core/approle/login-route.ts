import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import { isWithin } from '../addresses/address-ranges.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, withDefault } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { appLoggedIn, secretIdsDestroyed } from './approle-changes.ts';
import { findRoleById, findSecretId, type RoleRow, type SecretIdRow } from './approle-rows.ts';
import { secretIdHash } from './secret-id-hash.ts';

const halves = z.object({
  role_id: looseText.pipe(z.string().min(1, 'missing role_id').max(4096)),
  /** A role may do without one. */
  secret_id: withDefault(looseText.pipe(z.string().max(4096)), ''),
});

const login = handler({
  input: halves,
  // SECURITY(B2): guessing meets a growing delay per role-id, known or not.
  guessable: ({ role_id }) => role_id,
  decide(turn, input): ReplyDecision {
    const role = findRoleById(turn.db, turn.mount.uuid, input.role_id);
    const needsSecret = role?.settings.bindSecretId !== false;
    if (needsSecret && input.secret_id === '') {
      throw new KeywardenError('invalid-request', 'missing secret_id');
    }
    // Hashed for an unknown role as well, so that the answer takes as long.
    const hash = secretIdHash(turn, role?.name ?? '', input.secret_id);
    const secretId = role && needsSecret ? findSecretId(turn, role.name, hash) : undefined;
    if (!role || (needsSecret && !secretId)) {
      throw new KeywardenError('login-failed', 'invalid role or secret ID');
    }
    const { settings } = role;
    checkAddress(turn, [settings.secretIdBoundCidrs, secretId?.cidrList ?? []]);
    const tokenBounds = secretId?.tokenBoundCidrs.length
      ? secretId.tokenBoundCidrs
      : settings.tokenBoundCidrs;
    checkAddress(turn, [tokenBounds]);
    return {
      kind: 'reply',
      changes: loggedIn(turn, role, secretId),
      reply: {
        auth: {
          displayName: turn.mount.path.replace(/^auth\//, '').replace(/\/$/, ''),
          policies: settings.tokenPolicies,
          metadata: { ...secretId?.metadata, role_name: role.name },
          ttl: settings.tokenTtl,
          maxTtl: settings.tokenMaxTtl,
          explicitMaxTtl: settings.tokenExplicitMaxTtl,
          period: settings.tokenPeriod,
          numUses: settings.tokenNumUses,
          renewable: true,
          app: role.name,
          alias: { name: role.roleId },
          boundCidrs: tokenBounds,
          ...(settings.tokenNoDefaultPolicy ? { noDefaultPolicy: true } : {}),
        },
      },
    };
  },
});

/** Outside of any of these bounds, both halves are worth nothing. */
function checkAddress({ remoteAddress }: RequestTurn, bounds: readonly (readonly string[])[]): void {
  if (bounds.every((ranges) => isWithin(ranges, remoteAddress))) return;
  throw new KeywardenError(
    'login-failed',
    'source address unauthorized through CIDR restrictions on the role or secret ID',
  );
}

function loggedIn(turn: RequestTurn, role: RoleRow, secretId: SecretIdRow | undefined): readonly Change[] {
  const mount = turn.mount.uuid;
  const used = appLoggedIn.make({ mount, role: role.name, accessor: secretId?.accessor ?? '' });
  if (secretId?.usesLeft !== 1) return [used];
  return [used, secretIdsDestroyed.make({ mount, accessors: [secretId.accessor], why: 'spent' })];
}

/** An app comes with both halves and gets a token. */
export const loginRoute: Route = {
  pattern: 'login',
  help: 'Logs an app in with its role-id and a secret-id, and answers with a token.',
  unauthenticated: true,
  operations: { update: login },
};
