import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import { handler, type ReplyDecision, type Route } from '../engine.ts';
import { looseText } from '../fields.ts';
import { appLoggedIn, secretIdsDestroyed } from './approle-changes.ts';
import { findRoleById, findSecretId } from './approle-rows.ts';
import { secretIdHash } from './secret-id-hash.ts';

const halves = z.object({
  role_id: looseText.pipe(z.string().min(1, 'missing role_id').max(4096)),
  secret_id: looseText.pipe(z.string().min(1, 'missing secret_id').max(4096)),
});

const login = handler({
  input: halves,
  // SECURITY(B2): guessing meets a growing delay per role-id, known or not.
  guessable: ({ role_id }) => role_id,
  decide(turn, input): ReplyDecision {
    const role = findRoleById(turn.db, turn.mount.uuid, input.role_id);
    // Hashed for an unknown role as well, so that the answer takes as long.
    const hash = secretIdHash(turn, role?.name ?? '', input.secret_id);
    const secretId = role && findSecretId(turn, role.name, hash);
    if (!role || !secretId) throw new KeywardenError('login-failed', 'invalid role or secret ID');
    const { settings } = role;
    const mount = turn.mount.uuid;
    const changes: Change[] = [appLoggedIn.make({ mount, role: role.name, accessor: secretId.accessor })];
    if (secretId.usesLeft === 1) {
      changes.push(secretIdsDestroyed.make({ mount, accessors: [secretId.accessor], why: 'spent' }));
    }
    return {
      kind: 'reply',
      changes,
      reply: {
        auth: {
          displayName: turn.mount.path.replace(/^auth\//, '').replace(/\/$/, ''),
          policies: settings.tokenPolicies,
          metadata: { ...secretId.metadata, role_name: role.name },
          ttl: settings.tokenTtl,
          maxTtl: settings.tokenMaxTtl,
          explicitMaxTtl: settings.tokenExplicitMaxTtl,
          period: settings.tokenPeriod,
          numUses: settings.tokenNumUses,
          renewable: true,
          app: role.name,
          alias: { name: role.roleId },
          ...(settings.tokenNoDefaultPolicy ? { noDefaultPolicy: true } : {}),
        },
      },
    };
  },
});

/** An app comes with both halves and gets a token. */
export const loginRoute: Route = { pattern: 'login', unauthenticated: true, operations: { update: login } };
