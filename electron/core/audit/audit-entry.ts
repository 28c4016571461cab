import type { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { MountRow } from '../mounts/mount-rows.ts';
import type { Asked } from '../pipeline/asked.ts';
import type { CoreResponse } from '../request.ts';
import type { TokenRow } from '../tokens/token-rows.ts';
import { hashValue, hashValues } from './hash-values.ts';

/** What a line tells about: who asked for what, at which mount. */
export interface AuditSubject {
  readonly asked: Asked;
  readonly token: TokenRow | undefined;
  readonly mount: MountRow | undefined;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** How it ended. */
export type AuditOutcome = { readonly response: CoreResponse } | { readonly error: KeywardenError };

/** One line of JSON, as Vault's file device writes it: every value is a hash under the device's own key. */
export function auditLine(
  key: Uint8Array,
  { asked, token, mount, time }: AuditSubject,
  outcome?: AuditOutcome,
): string {
  const { request, requestId } = asked;
  const { credential } = request;
  const plain = mount?.extras;
  const response = outcome && 'response' in outcome ? outcome.response.envelope : undefined;
  const entry = {
    time: new Date(time).toISOString(),
    type: outcome ? 'response' : 'request',
    auth: token
      ? {
          accessor: hashValue(key, token.accessor),
          ...(credential.kind === 'token' ? { client_token: hashValue(key, credential.token) } : {}),
          display_name: token.displayName,
          entity_id: token.entity ?? '',
          policies: token.policies,
          token_policies: token.policies,
          token_type: 'service',
        }
      : {},
    request: {
      id: requestId,
      operation: request.operation,
      path: asked.recordedPath,
      mount_type: mount?.type ?? '',
      ...(credential.kind === 'token' ? { client_token: hashValue(key, credential.token) } : {}),
      ...(token ? { client_token_accessor: hashValue(key, token.accessor) } : {}),
      data: hashValues(key, request.data, plain?.auditNonHmacRequestKeys),
      ...(request.remoteAddress === undefined ? {} : { remote_address: request.remoteAddress }),
      ...(request.wrapTtl === undefined ? {} : { wrap_ttl: request.wrapTtl }),
    },
    ...(response
      ? {
          response: {
            mount_type: mount?.type ?? '',
            data: hashValues(key, response.data, plain?.auditNonHmacResponseKeys),
            ...(response.auth ? { auth: hashValues(key, response.auth, SHOWN) } : {}),
            ...(response.wrap_info ? { wrap_info: hashValues(key, response.wrap_info, SHOWN) } : {}),
            ...(response.lease_id === '' ? {} : { secret: { lease_id: response.lease_id } }),
          },
        }
      : {}),
    // Our own words: never what somebody sent.
    error: outcome && 'error' in outcome ? outcome.error.code : '',
  };
  return `${JSON.stringify(entry)}\n`;
}

/** Of tokens, what says nothing that would let anybody in. */
const SHOWN = [
  'policies',
  'token_policies',
  'identity_policies',
  'token_type',
  'entity_id',
  'creation_path',
  'creation_time',
];
