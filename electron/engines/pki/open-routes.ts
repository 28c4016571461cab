import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText } from '../../core/fields.ts';
import type { Reply } from '../../core/reply.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { currentCrl } from './current-crl.ts';
import { allIssuers, findIssuer, type Issuer } from './issuer.ts';
import { chainPems } from './issuer-chain.ts';
import { pem } from './x509/read-certificate.ts';

const CONTENT = {
  certificate: 'application/pkix-cert',
  chain: 'application/pem-certificate-chain',
  crl: 'application/pkix-crl',
  pem: 'application/x-pem-file',
} as const;

type Made = Omit<Extract<Decision, { kind: 'reply' }>, 'kind'>;
type Make = (turn: RequestTurn, issuer: Issuer) => Made;

const certificate: Make = (_turn, issuer) => file(CONTENT.certificate, issuer.certificate.der);
const certificatePem: Make = (_turn, issuer) =>
  file(CONTENT.chain, pem('CERTIFICATE', issuer.certificate.der));
const chain: Make = (turn, issuer) => file(CONTENT.chain, chainText(turn, issuer));
const crl: Make = (turn, issuer) => withCrl(turn, issuer, (list) => file(CONTENT.crl, list));
const crlPem: Make = (turn, issuer) =>
  withCrl(turn, issuer, (list) => file(CONTENT.pem, pem('X509 CRL', list)));

/** What everybody must be able to fetch who meets one of our certificates: as files, without a token, as Vault has them. */
export const openRoutes: readonly Route[] = [
  open('ca', 'The certificate of the default CA (DER).', certificate),
  open('ca/pem', 'The certificate of the default CA (PEM).', certificatePem),
  open('ca_chain', 'The certificate of the default CA and those above it (PEM).', chain),
  open('crl', 'The list of certificates that the default CA has revoked (DER).', crl),
  open('crl/pem', 'The list of certificates that the default CA has revoked (PEM).', crlPem),
  ofOne('issuer/:issuer_ref/der', 'The certificate of one CA (DER).', certificate),
  ofOne('issuer/:issuer_ref/pem', 'The certificate of one CA (PEM).', certificatePem),
  ofOne('issuer/:issuer_ref/crl/der', 'The list of certificates that one CA has revoked (DER).', crl),
  ofOne('issuer/:issuer_ref/crl/pem', 'The list of certificates that one CA has revoked (PEM).', crlPem),
  ofOne('issuer/:issuer_ref/crl', 'The list of certificates that one CA has revoked.', (turn, issuer) =>
    withCrl(turn, issuer, (list) => ({ reply: { data: { crl: pem('X509 CRL', list) } } })),
  ),
  ofOne('issuer/:issuer_ref/json', 'The certificate of one CA and those above it.', (turn, issuer) => ({
    reply: {
      data: {
        certificate: pem('CERTIFICATE', issuer.certificate.der),
        ca_chain: chainPems(issuer, allIssuers(turn), turn.now),
        issuer_id: issuer.id,
        issuer_name: issuer.name,
        revocation_time: 0,
      },
    },
  })),
];

/** `crl/rotate`: signs the lists anew, as nobody needs to: what is read is never old. */
export const rotateCrlRoute: Route = {
  pattern: 'crl/rotate',
  help: 'Signs the lists of revoked certificates anew.',
  operations: { read: rotation(), update: rotation() },
};

/** The chain of an issuer as one text. */
export function chainText(turn: RequestTurn, issuer: Issuer): string {
  return chainPems(issuer, allIssuers(turn), turn.now).join('\n');
}

/** A file as the whole body of an answer. */
export function file(contentType: string, content: string | Uint8Array): { readonly reply: Reply } {
  return {
    reply: { raw: { contentType, bytes: typeof content === 'string' ? Buffer.from(content) : content } },
  };
}

function rotation() {
  return handler({
    input: z.object({}),
    decide(turn): Decision {
      const all = allIssuers(turn);
      const first = all.filter(
        ({ authority }, index) => all.findIndex((other) => other.authority === authority) === index,
      );
      const changes = first.flatMap((issuer) => currentCrl(turn, issuer, true)?.changes ?? []);
      return { kind: 'reply', changes, reply: { data: { success: true } } };
    },
  });
}

/** Anyone may ask as often as they like: that must not fill the records. */
function open(pattern: string, help: string, make: Make): Route {
  return {
    pattern,
    help,
    unauthenticated: true,
    operations: {
      read: handler({
        input: z.object({}),
        decide(turn): Decision {
          const issuer = findIssuer(turn);
          return { kind: 'reply', unrecorded: true, ...(issuer ? make(turn, issuer) : { reply: {} }) };
        },
      }),
    },
  };
}

function ofOne(pattern: string, help: string, make: Make): Route {
  return {
    pattern,
    help,
    unauthenticated: true,
    operations: {
      read: handler({
        input: z.object({ issuer_ref: looseText }),
        decide(turn, { issuer_ref: ref }): Decision {
          const issuer = findIssuer(turn, ref);
          if (!issuer) throw new KeywardenError('not-found');
          return { kind: 'reply', unrecorded: true, ...make(turn, issuer) };
        },
      }),
    },
  };
}

function withCrl(turn: RequestTurn, issuer: Issuer, shape: (list: Uint8Array) => { reply: Reply }): Made {
  const current = currentCrl(turn, issuer);
  if (!current) throw new KeywardenError('not-found', 'nobody here may sign the list of this CA');
  return { ...shape(current.list), changes: current.changes };
}
