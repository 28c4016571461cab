import { createHash } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { randomUuid } from '../../core/random-text.ts';
import type { ReadTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { allIssuers, DEFAULT_REF, fromBase64, type Issuer, toBase64 } from './issuer.ts';
import { hasSigned, isSelfSigned } from './issuer-chain.ts';
import { ISSUER_ADDED } from './issuer-changes.ts';
import { findKey, type SealingTurn } from './issuer-key.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import { configureIssuers, readIssuersConfig } from './issuers-config.ts';
import { CERTIFICATE_ISSUED } from './pki-changes.ts';
import { type ReadCertificate, readCertificate } from './x509/read-certificate.ts';

/** What is known of an issuer that comes into the mount. */
export interface NewIssuer {
  /** Where it is known already. */
  readonly id?: string;
  readonly certificate: ReadCertificate;
  readonly told: readonly Uint8Array[];
  readonly keyId: string;
  readonly name: string;
  readonly settings?: IssuerSettings;
}

/** So many certificates of a former authority are asked whether a new issuer has signed them. */
const ASKED = 5;

/**
 * The changes by which an issuer is in the mount. It becomes the default one where there is none, where the mount follows
 * the latest, or where it is the default one renewed: the same name and key, and a later end. One with the same
 * certificate is the same issuer: it only gets its key.
 */
export function addIssuer(
  turn: SealingTurn,
  added: NewIssuer,
): { readonly issuer: Issuer; readonly changes: readonly Change[] } {
  const all = allIssuers(turn);
  const { certificate } = added;
  const same = all.find((one) => Buffer.from(one.certificate.der).equals(certificate.der));
  const issuer: Issuer = {
    id: same?.id ?? added.id ?? randomUuid(turn.random),
    name: added.name || (same?.name ?? ''),
    keyId: added.keyId,
    authority: same?.authority ?? authorityOf(turn, certificate, all),
    certificate,
    told: added.told.length > 0 ? added.told : (same?.told ?? []),
    settings: added.settings ?? same?.settings ?? {},
  };
  const mount = turn.mount.uuid;
  const encoded = toBase64(certificate.der);
  const config = readIssuersConfig(turn);
  const before = all.find(({ id }) => id === config.default);
  const isRenewed =
    before?.authority === issuer.authority && certificate.notAfter > before.certificate.notAfter;
  const isDefault = !added.settings?.isCrossing && (!before || config.followsLatest || isRenewed);
  return {
    issuer,
    changes: [
      ISSUER_ADDED.make({
        mount,
        id: issuer.id,
        name: issuer.name,
        keyId: issuer.keyId,
        authority: issuer.authority,
        certificate: encoded,
        chain: issuer.told.map(toBase64),
        settings: issuer.settings,
      }),
      CERTIFICATE_ISSUED.make({
        mount,
        serial: certificate.serial,
        issuer: isSelfSigned(certificate) ? issuer.authority : signerOf(certificate, all),
        certificate: encoded,
        notAfter: certificate.notAfter,
      }),
      ...(isDefault ? [configureIssuers(turn, { ...config, default: issuer.id })] : []),
    ],
  };
}

/** Throws `invalid-request` for a name that another issuer or key of the mount has, or that would be read as something else. */
export function checkFreeName(turn: ReadTurn, name: string, kind: 'issuer' | 'key', own = ''): void {
  if (name === '') return;
  if (!/^[\w.-]{1,128}$/.test(name) || name === DEFAULT_REF) {
    throw new KeywardenError(
      'invalid-request',
      `${kind}_name may hold letters, digits, dots, dashes and underscores, and is not "default"`,
    );
  }
  const holder =
    kind === 'key'
      ? findKey(turn, name)
      : allIssuers(turn).find((issuer) => issuer.name === name || issuer.id === name);
  if (holder && holder.id !== own)
    throw new KeywardenError('invalid-request', `${kind} name already in use: ${name}`);
}

/**
 * Which authority a certificate is of: one that is here, or one that was here and whose certificates it has signed (a CA
 * that was deleted and comes back goes on naming what it had revoked). A new one is named by its name and key, so that it
 * is found again whenever it comes back.
 */
function authorityOf(turn: ReadTurn, certificate: ReadCertificate, all: readonly Issuer[]): string {
  const isSame = (other: ReadCertificate) =>
    Buffer.from(other.subject).equals(certificate.subject) &&
    Buffer.from(other.spki).equals(certificate.spki);
  const here = all.find((issuer) => isSame(issuer.certificate));
  if (here) return here.authority;
  const { db, mount } = turn;
  const former = db
    .all<{ issuer: string }>(
      "SELECT DISTINCT issuer FROM pki_certificate WHERE mount = ? AND issuer <> ''",
      mount.uuid,
    )
    .map(({ issuer }) => issuer)
    .filter((authority) => !all.some((issuer) => issuer.authority === authority));
  const own = former.find((authority) =>
    db
      .all<{ certificate: string }>(
        'SELECT certificate FROM pki_certificate WHERE mount = ? AND issuer = ? AND serial <> ? LIMIT ?',
        mount.uuid,
        authority,
        isSelfSigned(certificate) ? '' : certificate.serial,
        ASKED,
      )
      .some((one) => hasSigned(certificate, readCertificate(fromBase64(one.certificate)))),
  );
  if (own !== undefined) return own;
  const hash = createHash('sha256').update(certificate.subject).update(certificate.spki);
  return hash.digest('hex').slice(0, 32);
}

function signerOf(certificate: ReadCertificate, all: readonly Issuer[]): string {
  return all.find((issuer) => hasSigned(issuer.certificate, certificate))?.authority ?? '';
}
