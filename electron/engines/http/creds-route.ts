import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { maybe, ttlField } from '../../core/fields.ts';
import { keycardText, newKeycardSecret } from '../../core/keycard-text.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { LeaseData } from './keycard-leases.ts';
import { nameField } from './name-field.ts';
import { findRole } from './role-rows.ts';
import { findUpstream } from './upstream-rows.ts';

const asked = z.object({
  name: nameField,
  /** Ours: how long this one shall live, in seconds; core caps it as it caps the role's. */
  ttl: maybe(ttlField),
});

/** `creds/:name`: a new keycard for whoever asks. */
export const credsRoute: Route = {
  pattern: 'creds/:name',
  help: 'Issues a keycard: use api_key as the API key, and base_path below this address as the base URL. The asking token needs the capabilities on base_path too.',
  operations: { read: handler({ input: asked, decide: issue }) },
};

function issue(turn: RequestTurn, { name, ttl }: z.output<typeof asked>): Decision {
  const role = findRole(turn.db, turn.mount.uuid, name);
  if (!role) throw new KeywardenError('unknown-role', `unknown role: ${name}`);
  const upstream = findUpstream(turn.db, turn.mount.uuid, role.upstream);
  if (!upstream) {
    throw new KeywardenError(
      'invalid-request',
      `there is no upstream ${role.upstream}, which this role uses`,
    );
  }
  const secret = newKeycardSecret(turn.random);
  const data: LeaseData = {
    upstream: upstream.id,
    upstreamName: upstream.name,
    role: role.name,
    keycard: turn.keyedHash(secret),
  };
  return {
    kind: 'issue',
    terms: {
      ttl: ttl || role.ttl,
      maxTtl: role.maxTtl,
      renewable: true,
      promise: 'needs-keywarden',
      data: { ...data },
    },
    create: async (lease) => ({
      data: {
        api_key: keycardText(lease.nonce, secret),
        base_path: proxyPath(lease.mount.path, upstream.name),
      },
    }),
  };
}

/** Where an upstream is reached, as a client spells it. */
export function proxyPath(mountPath: string, upstream: string): string {
  return `/v1/${mountPath.split('/').map(encodeURIComponent).join('/')}proxy/${upstream}/`;
}
