import type { AuthEnvelope, Envelope } from '../../../shared/model/envelope.ts';
import type { Reply } from '../reply.ts';
import type { CoreResponse } from '../request.ts';

/** What core adds to an engine's reply. */
export interface Additions {
  readonly requestId: string;
  readonly auth?: AuthEnvelope | undefined;
  readonly warnings?: readonly string[];
  readonly lease?: Reply['lease'] | undefined;
}

/** Wraps a reply as Vault does: every key is there, and nothing to say is 204 without a body. */
export function toResponse(reply: Reply, added: Additions): CoreResponse {
  if (reply.verbatim) return { status: 200, envelope: reply.verbatim };
  if (reply.raw) return { status: 200, envelope: null, raw: reply.raw };
  const warnings = [...(reply.warnings ?? []), ...(added.warnings ?? [])];
  const lease = added.lease ?? reply.lease;
  const isEmpty = !reply.data && !added.auth && !lease && warnings.length === 0;
  const status = reply.status ?? (isEmpty ? 204 : 200);
  if (status === 204 || status === 202) return { status, envelope: null };
  const envelope: Envelope = {
    request_id: added.requestId,
    lease_id: lease?.id ?? '',
    renewable: lease?.renewable ?? false,
    lease_duration: lease?.duration ?? reply.leaseDuration ?? 0,
    data: reply.data ?? null,
    wrap_info: null,
    warnings: warnings.length === 0 ? null : warnings,
    auth: added.auth ?? null,
    ...(reply.mountType === undefined ? {} : { mount_type: reply.mountType }),
  };
  return {
    status,
    envelope,
    ...(reply.dataAtTop ? { dataAtTop: true } : {}),
    ...(reply.bare ? { bare: true } : {}),
  };
}
