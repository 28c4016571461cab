import { createPublicKey, type KeyObject } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { randomUuid } from '../../core/random-text.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { FORGET_VALUE, type ValueHash } from '../../vault/vault.ts';
import { type Issuer, requireIssuer } from './issuer.ts';
import { KEY_ADDED } from './issuer-changes.ts';
import { privateDer, readPrivateDer } from './private-key.ts';

/** A private key of the mount; sealed, and bound to its id. */
export interface IssuerKey {
  readonly id: string;
  readonly name: string;
  readonly key: ValueHash;
}

/** What seals and opens keys: any turn that has both. */
export type SealingTurn = ReadTurn & Pick<RequestTurn, 'random' | 'sealValue' | 'revealValue'>;

/** The keys of the mount, with a certificate or without, in the order in which they came. */
export function allKeys({ db, mount }: ReadTurn): readonly IssuerKey[] {
  return db.all<IssuerKey>('SELECT id, name, key FROM pki_key WHERE mount = ? ORDER BY rowid', mount.uuid);
}

/** The key of that id or name. */
export function findKey({ db, mount }: ReadTurn, ref: string): IssuerKey | undefined {
  return db.get<IssuerKey>(
    'SELECT id, name, key FROM pki_key WHERE mount = ? AND (id = ? OR (name = ? AND name <> ?))',
    mount.uuid,
    ref,
    ref,
    '',
  );
}

/** The key of that id or name, or that of the default issuer. Throws `invalid-request`. */
export function requireKey(turn: ReadTurn, ref: string): IssuerKey {
  const found = findKey(turn, ref === 'default' ? requireIssuer(turn).keyId : ref);
  if (found) return found;
  throw new KeywardenError('invalid-request', `unable to find PKI key for reference: ${ref}`);
}

/** Seals a new key. */
export function addKey(
  turn: SealingTurn,
  key: KeyObject,
  name: string,
): { readonly id: string; readonly change: Change } {
  const id = randomUuid(turn.random);
  const der = privateDer(key);
  try {
    const hash = turn.sealValue(der, { mount: turn.mount.uuid, owner: id, version: 1 });
    return { id, change: KEY_ADDED.make({ mount: turn.mount.uuid, id, name, key: hash }) };
  } finally {
    der.fill(0);
  }
}

/** Opens a key. It must not leave the turn. */
export function revealKey(turn: Pick<RequestTurn, 'mount' | 'revealValue'>, held: IssuerKey): KeyObject {
  const der = turn.revealValue(held.key, { mount: turn.mount.uuid, owner: held.id, version: 1 });
  try {
    return readPrivateDer(der);
  } finally {
    der.fill(0);
  }
}

/** Opens an issuer's key. It must not leave the turn. */
export function revealIssuerKey(
  turn: ReadTurn & Pick<RequestTurn, 'revealValue'>,
  issuer: Issuer,
): KeyObject {
  const held = findKey(turn, issuer.keyId);
  if (held) return revealKey(turn, held);
  throw new KeywardenError('invalid-request', 'the key of this issuer is not here');
}

/** The key of the mount whose public half (SubjectPublicKeyInfo) that is. */
export function keyOf(turn: SealingTurn, spki: Uint8Array): IssuerKey | undefined {
  return allKeys(turn).find((held) =>
    createPublicKey(revealKey(turn, held)).export({ format: 'der', type: 'spki' }).equals(spki),
  );
}

/** What forgets a sealed key. */
export function forgetKey({ key }: IssuerKey): Change {
  return { type: FORGET_VALUE, data: { hash: key } };
}
