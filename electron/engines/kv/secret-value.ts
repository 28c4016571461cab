import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { ValueHash } from '../../vault/vault.ts';
import type { SecretRow, VersionRow } from './kv-rows.ts';

/** What one version holds: any JSON object. */
export type SecretData = Readonly<Record<string, unknown>>;

/** Seals one version's data as canonical JSON, bound to mount, secret and version. */
export function sealData(
  turn: Pick<RequestTurn, 'mount' | 'sealValue'>,
  secret: string,
  version: number,
  data: SecretData,
): ValueHash {
  const bytes = new TextEncoder().encode(JSON.stringify(sortKeys(data)));
  try {
    return turn.sealValue(bytes, { mount: turn.mount.uuid, owner: secret, version });
  } finally {
    bytes.fill(0);
  }
}

/** Opens one version's data. */
export function revealData(
  turn: Pick<RequestTurn, 'mount' | 'revealValue'>,
  secret: SecretRow,
  version: VersionRow,
): SecretData {
  if (version.value === null) throw new KeywardenError('not-found');
  const context = { mount: turn.mount.uuid, owner: secret.id, version: version.version };
  const bytes = turn.revealValue(version.value, context);
  return JSON.parse(new TextDecoder().decode(bytes)) as SecretData;
}

/** Sorted keys at every depth, so that equal data are equal bytes whatever the client's order was. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // fromEntries defines own properties, so a key named __proto__ stays a key.
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
