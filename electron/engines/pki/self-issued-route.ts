import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import { requireUse } from './issuer.ts';
import { revealIssuerKey } from './issuer-key.ts';
import { UNKEPT_ISSUED } from './pki-changes.ts';
import { IN_BODY, IN_PATH } from './root-routes.ts';
import { authorityKey, withoutAuthorityKey } from './x509/extensions.ts';
import { pem, readCertificate } from './x509/read-certificate.ts';
import { signCertificate } from './x509/sign-certificate.ts';

/** `root/sign-self-issued`, `issuer/:ref/sign-self-issued`: another root, word for word, but signed by this one: whoever trusts this one then trusts it too. */
export const signSelfIssuedRoutes: readonly Route[] = [
  { pattern: 'root/sign-self-issued', named: IN_BODY },
  { pattern: 'issuer/:issuer_ref/sign-self-issued', named: IN_PATH },
].map(({ pattern, named }) => ({
  pattern,
  help: 'Signs the certificate of another root CA again, as it is: a cross-signature for changing from one root to another.',
  sudo: true as const,
  operations: {
    update: handler({
      input: z.object({ certificate: looseText, issuer_ref: named }),
      decide(turn, input): Decision {
        const issuer = requireUse(turn, input.issuer_ref, 'issuing-certificates');
        const other = readCertificate(input.certificate);
        if (!other.isCa)
          throw new KeywardenError('invalid-request', 'given certificate is not a CA certificate');
        const isOwn = Buffer.from(other.subject).equals(other.issuer);
        if (!isOwn || !other.parsed.verify(other.parsed.publicKey)) {
          throw new KeywardenError('invalid-request', 'given certificate is not self-issued');
        }
        const der = signCertificate(
          {
            serial: Buffer.from(other.serial.replaceAll(':', ''), 'hex'),
            issuer: issuer.certificate.subject,
            subject: other.subject,
            spki: other.spki,
            notBefore: other.notBefore,
            notAfter: other.notAfter,
            extensions: [...withoutAuthorityKey(other.extensions), authorityKey(issuer.certificate.keyId)],
          },
          revealIssuerKey(turn, issuer),
        );
        const data = {
          certificate: pem('CERTIFICATE', der),
          issuing_ca: pem('CERTIFICATE', issuer.certificate.der),
        };
        const unkept = UNKEPT_ISSUED.make({
          mount: turn.mount.uuid,
          authority: issuer.authority,
          notAfter: Math.min(other.notAfter, issuer.certificate.notAfter),
        });
        return { kind: 'reply', changes: [unkept], reply: { data } };
      },
    }),
  },
}));
