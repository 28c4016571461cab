import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe } from '../../core/fields.ts';
import { formatInstant } from '../../core/format-instant.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import { currentCrl } from './current-crl.ts';
import {
  allIssuers,
  answerableFor,
  canUse,
  findIssuer,
  fromBase64,
  type Issuer,
  toBase64,
} from './issuer.ts';
import { chainText, file } from './open-routes.ts';
import { CERTIFICATE_ISSUED, CERTIFICATE_REVOKED } from './pki-changes.ts';
import { pem, readCertificate } from './x509/read-certificate.ts';
import { readSerial } from './x509/sign-certificate.ts';

/** A certificate that was issued here. Instants in milliseconds since 1970. */
export interface KeptCertificate {
  readonly serial: string;
  /** The authority that has signed it. */
  readonly issuer: string;
  readonly certificate: string;
  readonly not_after: number;
  readonly revoked_at: number | null;
}

const bySerial = z.object({ serial: looseText });

/** `certs`, `certs/revoked`: the serial numbers. */
export const certificateListRoutes: readonly Route[] = [
  listRoute('certs', 'Lists the serial numbers of the certificates that are kept.', ''),
  listRoute(
    'certs/revoked',
    'Lists the serial numbers of those that were revoked.',
    'AND revoked_at IS NOT NULL',
  ),
];

/** `cert/:serial`: one certificate, or by the names `ca`, `ca_chain` and `crl` what the others serve as files. */
export const certificateRoute: Route = {
  pattern: 'cert/:serial',
  help: 'One certificate by its serial number; `ca`, `ca_chain` and `crl` by these names.',
  unauthenticated: true,
  operations: {
    read: handler({
      input: bySerial,
      decide(turn, { serial }): Decision {
        if (['ca', 'ca_chain', 'crl'].includes(serial)) return readNamed(turn, serial);
        const found = requireCertificate(turn, serial);
        const data = { certificate: pem('CERTIFICATE', fromBase64(found.certificate)), ...revocation(found) };
        return {
          kind: 'reply',
          unrecorded: true,
          reply: { data: { ...data, issuer_id: issuerId(turn, found) } },
        };
      },
    }),
  },
};

/** `cert/:serial/raw[/pem]`: the same as a file. */
export const rawCertificateRoutes: readonly Route[] = (['raw', 'raw/pem'] as const).map((form) => ({
  pattern: `cert/:serial/${form}`,
  help: 'One certificate by its serial number, as a file.',
  unauthenticated: true,
  operations: {
    read: handler({
      input: bySerial,
      decide(turn, { serial }): Decision {
        const der = fromBase64(requireCertificate(turn, serial).certificate);
        return form === 'raw'
          ? { kind: 'reply', unrecorded: true, ...file('application/pkix-cert', der) }
          : {
              kind: 'reply',
              unrecorded: true,
              ...file('application/pem-certificate-chain', pem('CERTIFICATE', der)),
            };
      },
    }),
  },
}));

/** `revoke`: by its serial number, or the certificate itself where it was not kept. */
export const revokeRoute: Route = {
  pattern: 'revoke',
  help: 'Revokes a certificate by its serial number, or by the certificate itself (PEM) where it was not kept.',
  operations: {
    update: handler({
      input: z.object({ serial_number: maybe(looseText), certificate: maybe(looseText) }),
      decide(turn, input): Decision {
        const brought = input.certificate === undefined ? undefined : bring(turn, input.certificate);
        const serial = readSerial(brought?.serial ?? input.serial_number ?? '');
        if (serial === '') {
          throw new KeywardenError(
            'invalid-request',
            'The serial number or certificate to revoke must be provided.',
          );
        }
        const known = findCertificate(turn, serial);
        const found = known ?? brought;
        if (!found)
          throw new KeywardenError('invalid-request', `certificate with serial ${serial} not found.`);
        const isRoot = allIssuers(turn).some(
          ({ authority, certificate }) => certificate.serial === serial && authority === found.issuer,
        );
        if (isRoot) throw new KeywardenError('invalid-request', 'adding CA to its own CRL is not allowed');
        if (!answerableFor(turn, found.issuer)) {
          throw new KeywardenError('invalid-request', 'it was issued by a CA that is not here any more');
        }
        if (found.revoked_at !== null)
          return { kind: 'reply', reply: { data: shownRevocation(found.revoked_at) } };
        if (found.not_after <= turn.now) {
          const ended = `certificate with serial ${serial} already expired; refusing to add to CRL`;
          return { kind: 'reply', reply: { warnings: [ended] } };
        }
        const at = Math.floor(turn.now / 1000) * 1000;
        const { mount } = turn;
        const kept = CERTIFICATE_ISSUED.make({
          mount: mount.uuid,
          serial,
          issuer: found.issuer,
          certificate: found.certificate,
          notAfter: found.not_after,
        });
        const revoked = CERTIFICATE_REVOKED.make({ mount: mount.uuid, serial, at });
        const changes = known ? [revoked] : [kept, revoked];
        return { kind: 'reply', changes, reply: { data: shownRevocation(at) } };
      },
    }),
  },
};

/** The certificate with that serial number, however it is written. */
export function findCertificate({ db, mount }: ReadTurn, serial: string): KeptCertificate | undefined {
  return db.get<KeptCertificate>(
    'SELECT serial, issuer, certificate, not_after, revoked_at FROM pki_certificate WHERE mount = ? AND serial = ?',
    mount.uuid,
    readSerial(serial),
  );
}

function requireCertificate(turn: RequestTurn, serial: string): KeptCertificate {
  const found = findCertificate(turn, serial);
  if (!found) throw new KeywardenError('not-found');
  return found;
}

/** Whoever brings a certificate shows that it is ours by our own signature on it. */
function bring(turn: RequestTurn, text: string): KeptCertificate {
  const { parsed, der, serial, notAfter } = readCertificate(text);
  const signer = allIssuers(turn).find(
    (issuer) => canUse(issuer, 'crl-signing') && parsed.verify(issuer.certificate.parsed.publicKey),
  );
  if (!signer)
    throw new KeywardenError('invalid-request', 'that certificate was not signed by a CA of this mount');
  const { authority } = signer;
  return { serial, issuer: authority, certificate: toBase64(der), not_after: notAfter, revoked_at: null };
}

/** The issuer that stands for the authority which has signed it; '' where that is not here. */
function issuerId(turn: RequestTurn, { issuer: authority }: KeptCertificate): string {
  return allIssuers(turn).find((issuer) => issuer.authority === authority)?.id ?? '';
}

function readNamed(turn: RequestTurn, name: string): Decision {
  const issuer = findIssuer(turn);
  if (!issuer) throw new KeywardenError('not-found');
  const fresh = { revocation_time: 0, revocation_time_rfc3339: '' };
  if (name === 'crl') return readCrl(turn, issuer, fresh);
  const certificate = pem('CERTIFICATE', issuer.certificate.der);
  const whole = name === 'ca' ? {} : { ca_chain: chainText(turn, issuer) };
  const data = { certificate, ...whole, ...fresh, issuer_id: issuer.id };
  return { kind: 'reply', unrecorded: true, reply: { data } };
}

function readCrl(turn: RequestTurn, issuer: Issuer, fresh: Record<string, unknown>): Decision {
  const current = currentCrl(turn, issuer);
  if (!current) throw new KeywardenError('not-found');
  const data = { certificate: pem('X509 CRL', current.list), ...fresh };
  return { kind: 'reply', unrecorded: true, changes: current.changes, reply: { data } };
}

function listRoute(pattern: string, help: string, where: string): Route {
  return {
    pattern,
    help,
    operations: {
      list: handler({
        input: z.object({}),
        decide(turn): Decision {
          const rows = turn.db.all<{ serial: string }>(
            `SELECT serial FROM pki_certificate WHERE mount = ? ${where} ORDER BY serial`,
            turn.mount.uuid,
          );
          if (rows.length === 0) throw new KeywardenError('not-found');
          return { kind: 'reply', reply: { data: { keys: rows.map((row) => row.serial) } } };
        },
      }),
    },
  };
}

function revocation({ revoked_at: at }: KeptCertificate): Record<string, unknown> {
  const { state: _state, ...shown } = shownRevocation(at ?? 0);
  return at === null ? { revocation_time: 0, revocation_time_rfc3339: '' } : shown;
}

function shownRevocation(at: number) {
  return {
    revocation_time: Math.floor(at / 1000),
    revocation_time_rfc3339: formatInstant(at),
    state: 'revoked',
  };
}
