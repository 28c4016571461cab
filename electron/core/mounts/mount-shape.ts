import { SYSTEM_TTL } from '../limits.ts';
import type { MountRow } from './mount-rows.ts';

/** A mount as `sys/mounts` shows it. New fields break strict clients: these are Vault 1.15's. */
export function describeMount(mount: MountRow) {
  return {
    accessor: mount.accessor,
    config: {
      default_lease_ttl: mount.defaultTtl,
      force_no_cache: false,
      max_lease_ttl: mount.maxTtl,
      ...describeExtras(mount),
      ...(mount.path.startsWith('auth/') ? { token_type: 'default-service' } : {}),
    },
    deprecation_status: 'supported',
    description: mount.description,
    external_entropy_access: false,
    local: false,
    options: mount.options,
    plugin_version: '',
    running_plugin_version: 'v1.15.6+builtin',
    running_sha256: '',
    seal_wrap: false,
    type: mount.type,
    uuid: mount.uuid,
  };
}

/** What a stranger may know of a mount that is to be seen by anybody: enough for a login page. */
export function describeToStranger({ type, description, options }: MountRow) {
  return { description, options, type };
}

/** A mount's settings as `tune` shows them: what holds, not what was said. */
export function describeTuning(mount: MountRow) {
  const max = mount.maxTtl || SYSTEM_TTL;
  return {
    default_lease_ttl: Math.min(mount.defaultTtl || SYSTEM_TTL, max),
    description: mount.description,
    force_no_cache: false,
    max_lease_ttl: max,
    options: mount.options,
    ...describeExtras(mount),
    ...(mount.path.startsWith('auth/') ? { token_type: 'default-service' } : {}),
  };
}

/** Only what was set: strict clients know no more. */
function describeExtras({ extras }: MountRow) {
  const shown = {
    listing_visibility: extras.listingVisibility,
    audit_non_hmac_request_keys: extras.auditNonHmacRequestKeys,
    audit_non_hmac_response_keys: extras.auditNonHmacResponseKeys,
    passthrough_request_headers: extras.passthroughRequestHeaders,
    allowed_response_headers: extras.allowedResponseHeaders,
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value.length > 0));
}
