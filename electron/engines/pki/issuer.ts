import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReadTurn } from '../../core/turn.ts';
import { ISSUER_USES, type IssuerSettings, type IssuerUse } from './issuer-settings.ts';
import { readIssuersConfig } from './issuers-config.ts';
import { type ReadCertificate, readCertificate } from './x509/read-certificate.ts';

/** One certificate of an authority of the mount. Its key lies sealed; see `revealIssuerKey`. */
export interface Issuer {
  readonly id: string;
  /** '' for none. */
  readonly name: string;
  /** '' where its key is not here. */
  readonly keyId: string;
  /** A name with a key: what has signed certificates, and answers for them. Renewed and cross-signed issuers share one. */
  readonly authority: string;
  readonly certificate: ReadCertificate;
  /** Those above it, as far as they were told, nearest first. */
  readonly told: readonly Uint8Array[];
  readonly settings: IssuerSettings;
}

interface StoredIssuer {
  readonly id: string;
  readonly name: string;
  readonly key_id: string;
  readonly authority: string;
  readonly certificate: string;
  readonly chain: string;
  readonly settings: string;
}

/** Stands for whichever issuer is the mount's default. */
export const DEFAULT_REF = 'default';

/** The issuers of the mount, in the order in which they came. */
export function allIssuers({ db, mount }: ReadTurn): readonly Issuer[] {
  return db
    .all<StoredIssuer>('SELECT * FROM pki_issuer WHERE mount = ? ORDER BY rowid', mount.uuid)
    .map(readIssuer);
}

/** The issuer of that id or name, or the default one. */
export function findIssuer(turn: ReadTurn, ref: string = DEFAULT_REF): Issuer | undefined {
  const id = ref === DEFAULT_REF ? readIssuersConfig(turn).default : ref;
  const row =
    id === ''
      ? undefined
      : turn.db.get<StoredIssuer>(
          'SELECT * FROM pki_issuer WHERE mount = ? AND (id = ? OR name = ?)',
          turn.mount.uuid,
          id,
          id,
        );
  return row && readIssuer(row);
}

/** The same. Throws `invalid-request` in Vault's words where there is none. */
export function requireIssuer(turn: ReadTurn, ref: string = DEFAULT_REF): Issuer {
  const issuer = findIssuer(turn, ref);
  if (issuer) return issuer;
  throw new KeywardenError(
    'invalid-request',
    ref === DEFAULT_REF
      ? 'no default issuer currently configured: generate or import a CA for this mount first'
      : `unable to find PKI issuer for reference: ${ref}`,
  );
}

/** An issuer that may do that, with its key here. Throws `invalid-request`. */
export function requireUse(turn: ReadTurn, ref: string, use: IssuerUse): Issuer {
  const issuer = requireIssuer(turn, ref);
  if (canUse(issuer, use)) return issuer;
  const why =
    issuer.keyId === ''
      ? 'its key is not here'
      : issuer.settings.isRetiring
        ? 'its key was rotated, and only lists of revoked certificates are signed with the former one'
        : `its usage does not include ${use}`;
  throw new KeywardenError('invalid-request', `the issuer ${issuer.name || issuer.id} signs none: ${why}`);
}

/** Whether an issuer may do that and has its key here. */
export function canUse({ keyId, settings }: Issuer, use: IssuerUse): boolean {
  return keyId !== '' && (settings.usage ?? ISSUER_USES).includes(use);
}

/** Whoever answers for what an authority has signed: an issuer with its key, if there is one. */
export function answerableFor(turn: ReadTurn, authority: string): Issuer | undefined {
  return allIssuers(turn).find((issuer) => issuer.authority === authority && canUse(issuer, 'crl-signing'));
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

function readIssuer(row: StoredIssuer): Issuer {
  return {
    id: row.id,
    name: row.name,
    keyId: row.key_id,
    authority: row.authority,
    certificate: readCertificate(fromBase64(row.certificate)),
    told: (JSON.parse(row.chain) as string[]).map(fromBase64),
    settings: JSON.parse(row.settings) as IssuerSettings,
  };
}
