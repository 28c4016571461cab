import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { rangesField, rangesWithin } from '../addresses/address-ranges.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseCount, looseText, looseTextMap, maybe, ttlField, withDefault } from '../fields.ts';
import { randomUuid } from '../random-text.ts';
import { type AnyHandler, handler } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { secretIdCreated } from './approle-changes.ts';
import { findSecretId, type RoleRow } from './approle-rows.ts';
import { requireRole, roleName } from './role-name.ts';
import { secretIdHash } from './secret-id-hash.ts';

const wish = {
  name: roleName,
  /** Vault takes it as a JSON text. */
  metadata: withDefault(looseTextMap, {}),
  ttl: maybe(ttlField),
  num_uses: maybe(looseCount),
  cidr_list: withDefault(rangesField, []),
  token_bound_cidrs: withDefault(rangesField, []),
};
const generated = z.object(wish);
const custom = z.object({ ...wish, secret_id: looseText.pipe(z.string().min(1, 'missing secret_id')) });

/** A new private half of an app identity. It is answered once; we keep its keyed hash. */
export const generateSecretId: AnyHandler = handler({
  input: generated,
  decide: (turn, input) => make(turn, input, randomUuid(turn.random)),
});

/** The same with a value that the asker chose. */
export const setCustomSecretId: AnyHandler = handler({
  input: custom,
  decide: (turn, input) => make(turn, input, input.secret_id),
});

function make(turn: RequestTurn, input: z.infer<typeof generated>, secretId: string): ReplyDecision {
  const role = requireRole(turn, input.name);
  if (!role.settings.bindSecretId) {
    throw new KeywardenError('invalid-request', 'bind_secret_id is not set on the role');
  }
  const { cidr_list: cidrList, token_bound_cidrs: tokenBoundCidrs } = input;
  checkWithin(cidrList, role.settings.secretIdBoundCidrs);
  checkWithin(tokenBoundCidrs, role.settings.tokenBoundCidrs);
  const { ttl, uses } = withinRole(role, input);
  const hash = secretIdHash(turn, role.name, secretId);
  if (findSecretId(turn, role.name, hash)) {
    throw new KeywardenError('invalid-request', 'SecretID is already registered');
  }
  const accessor = randomUuid(turn.random);
  const expiresAt = ttl === 0 ? null : turn.now + ttl * 1000;
  const { metadata } = input;
  const bounds = { cidrList, tokenBoundCidrs };
  const limits = { uses, ttl, expiresAt };
  const made = { mount: turn.mount.uuid, role: role.name, hash, accessor, metadata, ...limits, ...bounds };
  return {
    kind: 'reply',
    changes: [secretIdCreated.make(made)],
    reply: {
      data: {
        secret_id: secretId,
        secret_id_accessor: accessor,
        secret_id_num_uses: uses,
        secret_id_ttl: ttl,
      },
    },
  };
}

/** One secret-id may be good from fewer places than its role says, never from others. */
function checkWithin(wanted: readonly string[], role: readonly string[]): void {
  if (rangesWithin(wanted, role)) return;
  throw new KeywardenError('invalid-request', 'the address ranges are not within those of the role');
}

/** One secret-id may be held shorter than its role says, never longer. */
function withinRole(
  { settings }: RoleRow,
  input: z.infer<typeof generated>,
): { readonly ttl: number; readonly uses: number } {
  const { secretIdTtl, secretIdNumUses } = settings;
  const ttl = input.ttl ?? secretIdTtl;
  if (secretIdTtl > 0 && (ttl === 0 || ttl > secretIdTtl)) {
    throw new KeywardenError('invalid-request', "ttl cannot be longer than the role's secret_id_ttl");
  }
  const uses = input.num_uses ?? secretIdNumUses;
  if (secretIdNumUses > 0 && (uses === 0 || uses > secretIdNumUses)) {
    throw new KeywardenError(
      'invalid-request',
      "num_uses cannot be higher than the role's secret_id_num_uses",
    );
  }
  return { ttl, uses };
}
