import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseTextList } from '../../../shared/model/loose-field.ts';
import { looseText, looseTextMap, maybe, ttlField } from '../fields.ts';
import { SYSTEM_TTL } from '../limits.ts';
import type { MountExtras } from './mount-changes.ts';

/** `system` takes back what was set. */
const leaseTtl = z.union([z.literal('system').transform(() => 0), ttlField]);

const settings = {
  default_lease_ttl: maybe(leaseTtl),
  max_lease_ttl: maybe(leaseTtl),
  listing_visibility: maybe(z.enum(['', 'hidden', 'unauth'])),
  audit_non_hmac_request_keys: maybe(looseTextList),
  audit_non_hmac_response_keys: maybe(looseTextList),
  passthrough_request_headers: maybe(looseTextList),
  allowed_response_headers: maybe(looseTextList),
  token_type: maybe(
    z.enum(
      ['', 'default-service', 'service'],
      'only service tokens can be made here: batch tokens cannot be revoked',
    ),
  ),
};

/** `config` of a new mount. */
export const mountConfig = z.object(settings);

/** What `tune` takes. */
export const mountTuning = z.object({
  path: looseText,
  description: maybe(looseText),
  options: maybe(looseTextMap),
  ...settings,
});

/** What was said of the further settings, over what held before. */
export function mergeExtras(before: MountExtras, said: z.infer<typeof mountConfig>): MountExtras {
  return {
    listingVisibility: said.listing_visibility ?? before.listingVisibility,
    auditNonHmacRequestKeys: said.audit_non_hmac_request_keys ?? before.auditNonHmacRequestKeys,
    auditNonHmacResponseKeys: said.audit_non_hmac_response_keys ?? before.auditNonHmacResponseKeys,
    passthroughRequestHeaders: said.passthrough_request_headers ?? before.passthroughRequestHeaders,
    allowedResponseHeaders: said.allowed_response_headers ?? before.allowedResponseHeaders,
  };
}

/** Throws for a default lifetime above the maximum. Seconds; 0 means the system's. */
export function checkLifetimes(defaultTtl: number, maxTtl: number): void {
  const max = maxTtl || SYSTEM_TTL;
  if (defaultTtl > max) {
    const words = `backend default TTL of ${defaultTtl}s would be greater than max TTL of ${max}s`;
    throw new KeywardenError('invalid-request', words);
  }
}
