import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText } from '../../core/fields.ts';
import { randomUuid } from '../../core/random-text.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { FORGET_VALUE, type ValueHash } from '../../vault/vault.ts';
import { findIssuer, findPendingKey, requireIssuer, revealIssuerKey, sealKey, toBase64 } from './issuer.ts';
import { orderChain } from './order-chain.ts';
import { KEY_PENDING } from './pki-changes.ts';
import { newPrivateKey, publicDer, revealPrivateKey } from './private-key.ts';
import { authorityFields, keyFields } from './request-fields.ts';
import { refuseSecond, setIssuer } from './root-routes.ts';
import { authorityNames, authoritySubject } from './sign-authority.ts';
import { makeRequest } from './x509/certificate-request.ts';
import { altNames } from './x509/extensions.ts';
import { pem, readPemCertificates } from './x509/read-certificate.ts';

const type = z.enum(['internal', 'exported', 'existing'], {
  error: 'must be internal, exported or existing',
});

/** `intermediate/generate/:type`: a key and the request that another authority signs. `existing` renews with the key that is there. */
export const generateIntermediateRoute: Route = {
  pattern: 'intermediate/generate/:type',
  help: 'Makes a key and a request (CSR) for another CA to sign; "existing" asks again for the key that is there, to renew it.',
  operations: {
    update: handler({
      input: z.object({ type, ...authorityFields, ...keyFields }),
      look: (turn, { type: kind }) => (kind === 'existing' ? void requireIssuer(turn) : refuseSecond(turn)),
      prepare: async (input) =>
        input.type === 'existing' ? undefined : newPrivateKey(input.key_type, input.key_bits),
      decide(turn, input, made: KeyObject | undefined): Decision {
        if (made) refuseSecond(turn);
        const key = made ?? revealIssuerKey(turn, requireIssuer(turn));
        const names = authorityNames(input);
        const wanted = {
          subject: authoritySubject(input),
          spki: publicDer(key),
          extensions: altNames(names, false),
        };
        const der = makeRequest(wanted, key);
        const shown =
          input.type === 'exported'
            ? revealPrivateKey(key, {
                isDer: input.format === 'der',
                isPkcs8: input.private_key_format === 'pkcs8',
              })
            : undefined;
        const csr = input.format === 'der' ? toBase64(der) : pem('CERTIFICATE REQUEST', der);
        const bundled = input.format === 'pem_bundle' && shown ? `${shown.private_key}\n${csr}` : csr;
        const { id, changes } = made ? pendingKey(turn, made) : { id: requireIssuer(turn).id, changes: [] };
        return { kind: 'reply', changes, reply: { data: { csr: bundled, ...shown, key_id: id } } };
      },
    }),
  },
};

/** `intermediate/set-signed`: the certificate that has come back, with those above it if they are told. */
export const setSignedRoute: Route = {
  pattern: 'intermediate/set-signed',
  help: 'Takes the certificate that another CA has signed for the key made here, best with the chain above it (PEM).',
  operations: {
    update: handler({
      input: z.object({ certificate: looseText }),
      decide(turn, input): Decision {
        const certificates = readPemCertificates(input.certificate);
        const holders = [findPendingKey(turn), findIssuer(turn)].filter((holder) => holder !== undefined);
        for (const { id, key } of holders) {
          const spki = publicOf(turn, { id, key });
          const own = certificates.find((certificate) => Buffer.from(certificate.spki).equals(spki));
          if (!own) continue;
          const chain = orderChain(own, certificates, turn.now);
          const changes = setIssuer(turn, { id, certificate: own, chain, key });
          const mapping = { [id]: id };
          return {
            kind: 'reply',
            changes,
            reply: { data: { imported_issuers: [id], imported_keys: null, mapping } },
          };
        }
        throw new KeywardenError(
          'invalid-request',
          'none of these certificates is for a key that was made here: is it PEM, and was its request the last one?',
        );
      },
    }),
  },
};

function pendingKey(turn: RequestTurn, key: KeyObject) {
  const id = randomUuid(turn.random);
  const before = findPendingKey(turn);
  const pending = KEY_PENDING.make({ mount: turn.mount.uuid, id, key: sealKey(turn, id, key) });
  return {
    id,
    changes: before ? [pending, { type: FORGET_VALUE, data: { hash: before.key } }] : [pending],
  };
}

function publicOf(turn: RequestTurn, holder: { readonly id: string; readonly key: ValueHash }): Buffer {
  return createPublicKey(revealIssuerKey(turn, holder)).export({ format: 'der', type: 'spki' });
}
