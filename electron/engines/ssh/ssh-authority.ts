import { createPrivateKey, type KeyObject } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import type { ValueHash } from '../../vault/vault.ts';

/** A mount's authority. Its key lies sealed; see `revealAuthorityKey`. */
export interface SshAuthority {
  readonly id: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
  readonly key: ValueHash;
}

/** The mount's authority, if it has one. */
export function findAuthority({ db, mount }: ReadTurn): SshAuthority | undefined {
  const row = db.get<{ id: string; public_key: string; key: ValueHash }>(
    'SELECT id, public_key, key FROM ssh_ca WHERE mount = ?',
    mount.uuid,
  );
  return row && { id: row.id, publicKey: row.public_key, key: row.key };
}

/** The key that signs after the next rotation, where there is a rotation. */
export function findNextKey({ db, mount }: ReadTurn): SshAuthority | undefined {
  const row = db.get<{ id: string; public_key: string; key: ValueHash }>(
    "SELECT id, public_key, key FROM ssh_other_key WHERE mount = ? AND stage = 'next'",
    mount.uuid,
  );
  return row && { id: row.id, publicKey: row.public_key, key: row.key };
}

/** All public keys that are to be trusted: the one that signs, the next, and former ones whose certificates may still live. */
export function trustedKeys(turn: ReadTurn, authority: SshAuthority): readonly string[] {
  const others = turn.db.all<{ public_key: string }>(
    'SELECT public_key FROM ssh_other_key WHERE mount = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY stage DESC, expires_at DESC',
    turn.mount.uuid,
    turn.now,
  );
  return [authority.publicKey, ...others.map((row) => row.public_key)];
}

/** The authority. Throws `invalid-request` where there is none. */
export function requireAuthority(turn: ReadTurn): SshAuthority {
  const authority = findAuthority(turn);
  if (!authority)
    throw new KeywardenError('invalid-request', "keys haven't been configured yet: write config/ca first");
  return authority;
}

/** Seals the authority's key, bound to its id. */
export function sealAuthorityKey(
  turn: Pick<RequestTurn, 'mount' | 'sealValue'>,
  id: string,
  key: KeyObject,
): ValueHash {
  const der = key.export({ format: 'der', type: 'pkcs8' });
  try {
    return turn.sealValue(der, { mount: turn.mount.uuid, owner: id, version: 1 });
  } finally {
    der.fill(0);
  }
}

/** Opens the authority's key. It must not leave the turn. */
export function revealAuthorityKey(
  turn: Pick<RequestTurn, 'mount' | 'revealValue'>,
  { id, key }: SshAuthority,
): KeyObject {
  const der = turn.revealValue(key, { mount: turn.mount.uuid, owner: id, version: 1 });
  try {
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}
