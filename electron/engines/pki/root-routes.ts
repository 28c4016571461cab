import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, withDefault } from '../../core/fields.ts';
import { randomUuid } from '../../core/random-text.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { describeIssued, issueCertificate } from './issue-certificate.ts';
import { findIssuer, findPendingKey, type Issuer, requireIssuer, sealKey, toBase64 } from './issuer.ts';
import { lifetimeOf } from './lifetime.ts';
import { CERTIFICATE_ISSUED, ISSUER_REMOVED, ISSUER_SET } from './pki-changes.ts';
import { describeKey, keyBits, newPrivateKey, publicDer, revealPrivateKey } from './private-key.ts';
import { authorityFields, keyFields } from './request-fields.ts';
import { authorityExtensions, authorityNames, authoritySubject } from './sign-authority.ts';
import { type CertificateRequest, readRequest } from './x509/certificate-request.ts';
import { isEmptyName } from './x509/distinguished-name.ts';
import { authorityKey, keyIdentifier, subjectKey } from './x509/extensions.ts';
import { readCertificate } from './x509/read-certificate.ts';
import { newSerial, serialText, signCertificate } from './x509/sign-certificate.ts';

const BACKDATED = 30;
const type = z.enum(['internal', 'exported'], { error: 'must be internal or exported' });

/** `root/generate/:type`: a root of one's own. Its key is shown once where it is `exported`, and never where it is `internal`. */
export const generateRootRoute: Route = {
  pattern: 'root/generate/:type',
  help: 'Makes a CA that signs itself. The key stays in the vault; "exported" shows it this once.',
  operations: {
    update: handler({
      input: z.object({ type, ...authorityFields, ...keyFields }),
      look: (turn) => refuseSecond(turn),
      prepare: (input) => newPrivateKey(input.key_type, input.key_bits),
      decide(turn, input, key: KeyObject): Decision {
        refuseSecond(turn);
        const subject = authoritySubject(input);
        const spki = publicDer(key);
        const keyId = keyIdentifier(spki);
        const lifetime = lifetimeOf(turn, {
          ttl: input.ttl,
          notAfter: input.not_after,
          fallback: 0,
          maxTtl: 0,
          backdated: BACKDATED,
        });
        const serial = newSerial(turn.random);
        const der = signCertificate(
          {
            serial,
            issuer: subject,
            subject,
            spki,
            ...lifetime,
            extensions: [
              ...authorityExtensions(turn, input, authorityNames(input), input.max_path_length),
              subjectKey(keyId),
              authorityKey(keyId),
            ],
          },
          key,
        );
        const id = randomUuid(turn.random);
        const issuer: Issuer = {
          id,
          certificate: readCertificate(der),
          chain: [],
          key: sealKey(turn, id, key),
        };
        const issued = { der, serial: serialText(serial), notAfter: lifetime.notAfter };
        const shown =
          input.type === 'exported'
            ? revealPrivateKey(key, {
                isDer: input.format === 'der',
                isPkcs8: input.private_key_format === 'pkcs8',
              })
            : undefined;
        const described = describeIssued(issued, issuer, input.format, shown?.private_key);
        return {
          kind: 'reply',
          changes: setIssuer(turn, issuer),
          reply: {
            data: { ...described, ...shown, issuer_id: id, issuer_name: '', key_id: id, key_name: '' },
            warnings: lifetime.warnings,
          },
        };
      },
    }),
  },
};

/** `root`: deleting it forgets the key of the mount's authority, whichever kind it is. */
export const deleteRootRoute: Route = {
  pattern: 'root',
  help: 'Forgets the CA of this mount with its key. What it has signed stays good until its end and can no longer be revoked.',
  sudo: true,
  operations: {
    delete: handler({
      input: z.object({}),
      decide(turn): Decision {
        const keys = [findIssuer(turn)?.key, findPendingKey(turn)?.key].filter((key) => key !== undefined);
        const forgotten = keys.map((hash) => ({ type: FORGET_VALUE, data: { hash } }));
        return {
          kind: 'reply',
          changes: [ISSUER_REMOVED.make({ mount: turn.mount.uuid }), ...forgotten],
          reply: {},
        };
      },
    }),
  },
};

/** `root/sign-intermediate`: another authority below this one. */
export const signIntermediateRoute: Route = {
  pattern: 'root/sign-intermediate',
  help: 'Signs the request (CSR) of another CA, which then stands below this one.',
  operations: {
    update: handler({
      input: z.object({
        csr: looseText,
        use_csr_values: withDefault(looseBoolean, false),
        ...authorityFields,
      }),
      prepare: ({ csr }) => readRequest(csr),
      decide(turn, input, request: CertificateRequest): Decision {
        const issuer = requireIssuer(turn);
        const { type, bits } = describeKey(request.publicKey);
        if (bits < keyBits(type, 0))
          throw new KeywardenError('invalid-request', 'the key of the csr is too short');
        if (input.use_csr_values && isEmptyName(request.subject))
          throw new KeywardenError('invalid-request', 'the csr names nobody: a CA needs a name');
        const names = input.use_csr_values ? request.names : authorityNames(input);
        const lifetime = lifetimeOf(turn, {
          ttl: input.ttl,
          notAfter: input.not_after,
          fallback: 0,
          maxTtl: 0,
          backdated: BACKDATED,
          issuerEnds: issuer.certificate.notAfter,
        });
        const pathLength = pathBelow(issuer, input.max_path_length);
        const issued = issueCertificate(turn, issuer, {
          subject: input.use_csr_values ? request.subject : authoritySubject(input),
          spki: request.spki,
          lifetime,
          extensions: authorityExtensions(turn, input, names, pathLength),
        });
        const data = describeIssued(issued, issuer, input.format);
        return { kind: 'reply', changes: [issued.kept], reply: { data, warnings: lifetime.warnings } };
      },
    }),
  },
};

/** What makes an authority the mount's. Its certificate is listed with those that it signs. */
export function setIssuer(turn: RequestTurn, { id, certificate, chain, key }: Issuer) {
  const mount = turn.mount.uuid;
  const encoded = toBase64(certificate.der);
  // A key that still waits for its certificate has waited in vain, unless this is the one.
  const pending = findPendingKey(turn)?.key;
  const forgotten = pending === undefined || pending === key ? [] : [pending];
  return [
    ISSUER_SET.make({ mount, id, certificate: encoded, chain: chain.map(toBase64), key }),
    CERTIFICATE_ISSUED.make({
      mount,
      serial: certificate.serial,
      issuer: id,
      certificate: encoded,
      notAfter: certificate.notAfter,
    }),
    ...forgotten.map((hash) => ({ type: FORGET_VALUE, data: { hash } })),
  ];
}

/** A mount has one authority: a second one would leave what the first has signed without anybody who can revoke it. */
export function refuseSecond(turn: ReadTurn): void {
  if (!findIssuer(turn)) return;
  throw new KeywardenError(
    'invalid-request',
    'this mount has a CA already: mount another pki engine for another one, or delete this one first (DELETE root)',
  );
}

/** How many authorities may follow the one that is signed. Throws `invalid-request` where it may not be one itself. */
function pathBelow({ certificate: { pathLength } }: Issuer, wanted: number): number {
  if (pathLength === undefined) return wanted;
  if (pathLength === 0) {
    throw new KeywardenError('invalid-request', 'this CA may not sign another one: its max_path_length is 0');
  }
  return wanted < 0 ? pathLength - 1 : Math.min(wanted, pathLength - 1);
}
