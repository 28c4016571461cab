import { looseBoolean } from '../../../shared/model/loose-field.ts';
import { randomUuid } from '../../core/random-text.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { fitsType, type Material, packMaterial, publicText, symmetricMaterial } from './key-material.ts';
import type { KeyVersion, TransitKey } from './key-rows.ts';
import { isSymmetric, KEY_TYPES, type KeyType } from './key-types.ts';
import { type KeyUse, refused, versionContext } from './key-use.ts';
import { TRANSIT_KEY_CREATED } from './transit-changes.ts';

/** What a new key is to be. */
export type KeyTerms = Pick<
  TransitKey,
  'name' | 'type' | 'derived' | 'convergent' | 'exportable' | 'plaintextBackup' | 'autoRotatePeriod'
>;

/** Where a version is sealed. */
export type Sealing = Pick<RequestTurn, 'now' | 'sealValue'>;

/** Seals one version of a key. Throws `invalid-request` where the secrets are not of its type. */
export function sealVersion(
  turn: Sealing,
  key: Pick<TransitKey, 'mount' | 'id' | 'type'>,
  version: number,
  material: Material,
  createdAt = turn.now,
): KeyVersion {
  if (!fitsType(key.type, material)) throw refused(`this is no key of type ${key.type}`);
  const bytes = packMaterial(material);
  try {
    const value = turn.sealValue(bytes, versionContext(key, version));
    return { version, createdAt, value, public: publicText(key.type, material) };
  } finally {
    bytes.fill(0);
  }
}

/** A new key of one version: the change that makes it, and how it will be. */
export function newKey(
  turn: Pick<RequestTurn, 'now' | 'mount' | 'random' | 'sealValue'>,
  terms: KeyTerms,
  material: Material,
): { readonly key: TransitKey; readonly version: KeyVersion; readonly changes: readonly Change[] } {
  checkTerms(terms);
  const key: TransitKey = {
    ...terms,
    id: randomUuid(turn.random),
    mount: turn.mount.uuid,
    deletionAllowed: false,
    latest: 1,
    minDecryption: 1,
    minEncryption: 0,
    minAvailable: 0,
  };
  const version = sealVersion(turn, key, 1, material);
  return { key, version, changes: [TRANSIT_KEY_CREATED.make({ ...key, versions: [version] })] };
}

/** `encrypt` makes the key that it names where there is none, with the capability `create`. Only symmetric ones: those take no time. */
export function makeOnFirstUse(
  turn: RequestTurn,
  name: string,
): { readonly use: KeyUse; readonly changes: readonly Change[] } {
  const wanted = turn.data['type'] ?? 'aes256-gcm96';
  const type = KEY_TYPES.find((known) => known === wanted);
  if (type === undefined || !isSymmetric(type)) throw refused('encryption key not found');
  const convergent = looseBoolean.safeParse(turn.data['convergent_encryption'] ?? false);
  if (!convergent.success) throw refused('convergent_encryption: must be true or false');
  const terms = {
    name,
    type: type as KeyType,
    derived: convergent.data || hasContext(turn.data),
    convergent: convergent.data,
    exportable: false,
    plaintextBackup: false,
    autoRotatePeriod: 0,
  };
  const material = symmetricMaterial(type, turn.random);
  const { key, version, changes } = newKey(turn, terms, material);
  return { use: { key, version: () => version, reveal: () => material }, changes };
}

/** Whoever gives a context wants it to count; in a batch, as in Vault, its first entry speaks for all. */
function hasContext({ context, batch_input: batch }: Readonly<Record<string, unknown>>): boolean {
  const [first] = Array.isArray(batch) ? (batch as readonly unknown[]) : [];
  const own = typeof first === 'object' && first !== null && 'context' in first ? first.context : undefined;
  return [context, own].some((given) => given !== undefined && given !== null && given !== '');
}

function checkTerms({ type, derived, convergent }: KeyTerms): void {
  if (convergent && !derived) throw refused('convergent encryption requires derivation to be enabled');
  if (convergent && !isSymmetric(type))
    throw refused(`convergent encryption not supported for keys of type ${type}`);
  if (derived && !isSymmetric(type) && type !== 'ed25519') {
    throw refused(`key derivation and convergent encryption not supported for keys of type ${type}`);
  }
}
