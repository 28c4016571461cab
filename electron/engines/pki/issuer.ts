import type { KeyObject } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import type { ValueHash } from '../../vault/vault.ts';
import { privateDer, readPrivateDer } from './private-key.ts';
import { pem, type ReadCertificate, readCertificate } from './x509/read-certificate.ts';

/** A mount's authority. Its key lies sealed; see `revealIssuerKey`. */
export interface Issuer {
  readonly id: string;
  readonly certificate: ReadCertificate;
  /** Those above it, as far as they were told, nearest first. */
  readonly chain: readonly Uint8Array[];
  readonly key: ValueHash;
}

/** The mount's authority, if it has one. */
export function findIssuer({ db, mount }: ReadTurn): Issuer | undefined {
  const row = db.get<{ id: string; certificate: string; chain: string; key: ValueHash }>(
    'SELECT id, certificate, chain, key FROM pki_issuer WHERE mount = ?',
    mount.uuid,
  );
  return (
    row && {
      id: row.id,
      certificate: readCertificate(fromBase64(row.certificate)),
      chain: (JSON.parse(row.chain) as string[]).map(fromBase64),
      key: row.key,
    }
  );
}

/** The authority. Throws `invalid-request` in Vault's words where there is none. */
export function requireIssuer(turn: ReadTurn): Issuer {
  const issuer = findIssuer(turn);
  if (issuer) return issuer;
  throw new KeywardenError(
    'invalid-request',
    'no default issuer currently configured: generate or import a CA for this mount first',
  );
}

/** A key that has no certificate yet. */
export function findPendingKey({
  db,
  mount,
}: ReadTurn): { readonly id: string; readonly key: ValueHash } | undefined {
  return db.get<{ id: string; key: ValueHash }>(
    'SELECT id, key FROM pki_pending_key WHERE mount = ?',
    mount.uuid,
  );
}

/** Seals an authority's key, bound to its id. */
export function sealKey(turn: RequestTurn, id: string, key: KeyObject): ValueHash {
  const der = privateDer(key);
  try {
    return turn.sealValue(der, { mount: turn.mount.uuid, owner: id, version: 1 });
  } finally {
    der.fill(0);
  }
}

/** Opens an authority's key. It must not leave the turn. */
export function revealIssuerKey(
  turn: Pick<RequestTurn, 'mount' | 'revealValue'>,
  { id, key }: { readonly id: string; readonly key: ValueHash },
): KeyObject {
  const der = turn.revealValue(key, { mount: turn.mount.uuid, owner: id, version: 1 });
  try {
    return readPrivateDer(der);
  } finally {
    der.fill(0);
  }
}

/** The authority and those above it, in PEM. */
export function chainPems({ certificate, chain }: Issuer): readonly string[] {
  return [certificate.der, ...chain].map((der) => pem('CERTIFICATE', der));
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
