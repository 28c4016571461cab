import { z } from 'zod';
import type { Decision } from '../../core/decision.ts';
import type { Reply } from '../../core/reply.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { currentCrl } from './current-crl.ts';
import { chainPems, findIssuer, type Issuer } from './issuer.ts';
import { pem } from './x509/read-certificate.ts';

const CONTENT = {
  certificate: 'application/pkix-cert',
  chain: 'application/pem-certificate-chain',
  crl: 'application/pkix-crl',
  pem: 'application/x-pem-file',
} as const;

/** What everybody must be able to fetch who meets one of our certificates: as files, without a token, as Vault has them. */
export const openRoutes: readonly Route[] = [
  open('ca', 'The CA certificate (DER).', (_turn, issuer) =>
    file(CONTENT.certificate, issuer.certificate.der),
  ),
  open('ca/pem', 'The CA certificate (PEM).', (_turn, issuer) =>
    file(CONTENT.chain, pem('CERTIFICATE', issuer.certificate.der)),
  ),
  open('ca_chain', 'The CA certificate and those above it (PEM).', (_turn, issuer) =>
    file(CONTENT.chain, chainPems(issuer).join('\n')),
  ),
  open('crl', 'The list of revoked certificates (DER).', (turn, issuer) => {
    const { list, changes } = currentCrl(turn, issuer);
    return { ...file(CONTENT.crl, list), changes };
  }),
  open('crl/pem', 'The list of revoked certificates (PEM).', (turn, issuer) => {
    const { list, changes } = currentCrl(turn, issuer);
    return { ...file(CONTENT.pem, pem('X509 CRL', list)), changes };
  }),
];

/** `crl/rotate`: signs the list anew, as nobody needs to: what is read is never old. */
export const rotateCrlRoute: Route = {
  pattern: 'crl/rotate',
  help: 'Signs the list of revoked certificates anew.',
  operations: { read: rotation(), update: rotation() },
};

function rotation() {
  return handler({
    input: z.object({}),
    decide(turn): Decision {
      const issuer = findIssuer(turn);
      const changes = issuer ? currentCrl(turn, issuer, true).changes : [];
      return { kind: 'reply', changes, reply: { data: { success: true } } };
    },
  });
}

type Made = Omit<Extract<Decision, { kind: 'reply' }>, 'kind'>;

function open(pattern: string, help: string, make: (turn: RequestTurn, issuer: Issuer) => Made): Route {
  return {
    pattern,
    help,
    unauthenticated: true,
    operations: {
      read: handler({
        input: z.object({}),
        decide(turn): Decision {
          const issuer = findIssuer(turn);
          // Anyone may ask as often as they like: that must not fill the records.
          return { kind: 'reply', unrecorded: true, ...(issuer ? make(turn, issuer) : { reply: {} }) };
        },
      }),
    },
  };
}

/** A file as the whole body of an answer. */
export function file(contentType: string, content: string | Uint8Array): { readonly reply: Reply } {
  return {
    reply: { raw: { contentType, bytes: typeof content === 'string' ? Buffer.from(content) : content } },
  };
}
