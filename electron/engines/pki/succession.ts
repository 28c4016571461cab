import { createPrivateKey, type KeyObject } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReadTurn } from '../../core/turn.ts';
import { readUrls } from './config-routes.ts';
import { BACKDATED, signRoot } from './generate-routes.ts';
import { issueCertificate } from './issue-certificate.ts';
import { allIssuers, canUse, findIssuer, type Issuer } from './issuer.ts';
import { hasSigned, isSelfSigned } from './issuer-chain.ts';
import { keyOf, revealIssuerKey, revealKey, type SealingTurn } from './issuer-key.ts';
import { lifetimeOf } from './lifetime.ts';
import { orderChain } from './order-chain.ts';
import { publicDer } from './private-key.ts';
import {
  authorityKey,
  heritable,
  keyIdentifier,
  leafConstraints,
  subjectKey,
  urlExtensions,
} from './x509/extensions.ts';
import { type ReadCertificate, readCertificate, readPemCertificates } from './x509/read-certificate.ts';
import { newSerial, signCertificate } from './x509/sign-certificate.ts';

/** What was said of the successors of a mount's authority. Seconds; 0 says nothing. */
export interface SuccessionTerms {
  /** How long a new one lives; as long as the former one, unless told. */
  readonly ttl: number;
  /** How long a former root vouches for the new one: to its own end, unless told. */
  readonly overlap: number;
}

/** A new authority in the place of the former one. Nothing of it is recorded yet. */
export interface Successor {
  readonly former: Issuer;
  readonly key: KeyObject;
  readonly certificate: ReadCertificate;
  readonly told: readonly Uint8Array[];
  /** Signed by the former root: whoever trusts that one trusts this one too. */
  readonly crossing: ReadCertificate | undefined;
}

/** Whoever can sign for a new authority in the place of a former one: itself, one above it in this mount, or a person who asks elsewhere. */
export type Succession =
  | { readonly kind: 'root' }
  | { readonly kind: 'below'; readonly parent: Issuer }
  | { readonly kind: 'person' };

/** Who signs for the successor of an issuer. */
export function successionOf(turn: ReadTurn, former: Issuer): Succession {
  if (isSelfSigned(former.certificate)) return { kind: 'root' };
  const parent = allIssuers(turn).find(
    (issuer) =>
      issuer.authority !== former.authority &&
      canUse(issuer, 'issuing-certificates') &&
      hasSigned(issuer.certificate, former.certificate),
  );
  return parent ? { kind: 'below', parent } : { kind: 'person' };
}

/**
 * Makes the new authority, within the turn, of what a run holds: its private key, or the certificate that a person has
 * brought for the key that waits here. It has the name and the extensions of the former one; with the same name, a root
 * that the former root signs is what RFC 4210 (4.4.1) calls a key update: no limit on the length of chains counts it.
 * Throws `target-unavailable` where it cannot be made.
 */
export function makeSuccessor(
  turn: SealingTurn,
  made: Uint8Array,
  terms: SuccessionTerms,
  id: string,
): Successor {
  const former = findIssuer(turn);
  if (!former) throw unable('the mount has no default CA any more');
  const text = Buffer.from(made).toString('latin1');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return brought(turn, former, text);
  const key = createPrivateKey({ key: Buffer.from(made), format: 'der', type: 'pkcs8' });
  const succession = successionOf(turn, former);
  if (succession.kind === 'person')
    throw unable('the default CA is another one now, which somebody else signs');
  const { notBefore, notAfter } = former.certificate;
  const lifetime = {
    ttl: terms.ttl || Math.ceil((notAfter - notBefore) / 1000) - BACKDATED,
    notAfter: '',
    fallback: 0,
    maxTtl: 0,
    backdated: BACKDATED,
  };
  const passedOn = heritable(former.certificate.extensions);
  const { subject } = former.certificate;
  if (succession.kind === 'root') {
    const extensions = [...passedOn, ...urlExtensions(readUrls(turn, id))];
    const certificate = readCertificate(
      signRoot(turn, key, { subject, lifetime: lifetimeOf(turn, lifetime), extensions }),
    );
    const crossing = cross(turn, former, certificate, passedOn, terms.overlap);
    return { former, key, certificate, told: [], crossing };
  }
  const { parent } = succession;
  const issued = issueCertificate(turn, parent, {
    subject,
    spki: publicDer(key),
    lifetime: lifetimeOf(turn, { ...lifetime, issuerEnds: parent.certificate.notAfter, truncates: true }),
    extensions: [...passedOn, ...urlExtensions(readUrls(turn, parent.id))],
  });
  return { former, key, certificate: readCertificate(issued.der), told: [], crossing: undefined };
}

/**
 * Has the new authority sign a certificate and looks whether clients would take it: by the new authority, and by the
 * former root as well. Throws `target-unavailable` with what is wrong. @returns what was shown, in words
 */
export function proveSuccessor(turn: SealingTurn, successor: Successor): readonly string[] {
  const { former, key, certificate, crossing } = successor;
  const leaf = readCertificate(
    signCertificate(
      {
        serial: newSerial(turn.random),
        issuer: certificate.subject,
        subject: certificate.subject,
        spki: certificate.spki,
        notBefore: turn.now,
        notAfter: turn.now + 60_000,
        extensions: [leafConstraints(), authorityKey(certificate.keyId)],
      },
      key,
    ),
  );
  if (!certificate.isCa || certificate.notAfter <= turn.now)
    throw unable('its certificate is not one of a CA that is good now');
  if (!hasSigned(certificate, leaf)) throw unable('what it signs does not verify against its certificate');
  const checks = ['a certificate that the new CA has signed verifies against it'];
  if (crossing) {
    if (!hasSigned(crossing, leaf) || !hasSigned(former.certificate, crossing))
      throw unable('what it signs does not verify against the former CA');
    checks.push('and against the former CA, which has signed the new one');
  } else if (!isSelfSigned(certificate)) {
    const above = [
      ...successor.told.map((der) => readCertificate(der)),
      ...allIssuers(turn).map((one) => one.certificate),
    ];
    if (above.some((one) => hasSigned(one, certificate)))
      checks.push('and the CA above it has signed the new one');
  }
  return checks;
}

/** The certificate of a key that waits here, as a person has brought it. */
function brought(turn: SealingTurn, former: Issuer, text: string): Successor {
  const certificates = readPemCertificates(text);
  for (const certificate of certificates) {
    const held = keyOf(turn, certificate.spki);
    if (!held) continue;
    const told = orderChain(certificate, certificates, turn.now);
    return { former, key: revealKey(turn, held), certificate, told, crossing: undefined };
  }
  throw unable('the key that the certificate is for is not here any more');
}

function cross(
  turn: SealingTurn,
  former: Issuer,
  certificate: ReadCertificate,
  passedOn: readonly Uint8Array[],
  overlap: number,
): ReadCertificate {
  const { notBefore, notAfter } = certificate;
  const until = overlap === 0 ? notAfter : turn.now - (turn.now % 1000) + overlap * 1000;
  const der = signCertificate(
    {
      serial: newSerial(turn.random),
      issuer: former.certificate.subject,
      subject: certificate.subject,
      spki: certificate.spki,
      notBefore,
      notAfter: Math.min(until, notAfter, former.certificate.notAfter),
      extensions: [
        ...passedOn,
        ...urlExtensions(readUrls(turn, former.id)),
        subjectKey(keyIdentifier(certificate.spki)),
        authorityKey(former.certificate.keyId),
      ],
    },
    revealIssuerKey(turn, former),
  );
  return readCertificate(der);
}

function unable(why: string): KeywardenError {
  return new KeywardenError('target-unavailable', why);
}
