import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, withDefault } from '../../core/fields.ts';
import { removeRotation } from '../../core/rotation/plan-rotation.ts';
import { handler, type Route } from '../../core/route.ts';
import { CA_SUBJECT } from './ca-rotation.ts';
import { BACKDATED } from './generate-routes.ts';
import { describeIssued, issueCertificate } from './issue-certificate.ts';
import { allIssuers, DEFAULT_REF, type Issuer, requireUse } from './issuer.ts';
import { chainOf } from './issuer-chain.ts';
import { ISSUERS_REMOVED } from './issuer-changes.ts';
import { allKeys, forgetKey } from './issuer-key.ts';
import { lifetimeOf } from './lifetime.ts';
import { describeKey, keyBits } from './private-key.ts';
import { authorityFields } from './request-fields.ts';
import { authorityExtensions, authorityNames, authoritySubject } from './sign-authority.ts';
import { type CertificateRequest, readRequest } from './x509/certificate-request.ts';
import { isEmptyName } from './x509/distinguished-name.ts';

/** `root`: deleting it forgets all issuers and keys of the mount, whichever kind they are. */
export const deleteRootRoute: Route = {
  pattern: 'root',
  help: 'Forgets all CAs of this mount with their keys. What they have signed stays good until its end and can no longer be revoked.',
  sudo: true,
  operations: {
    delete: handler({
      input: z.object({}),
      decide: (turn): Decision => ({
        kind: 'reply',
        changes: [
          ISSUERS_REMOVED.make({ mount: turn.mount.uuid }),
          ...allKeys(turn).map(forgetKey),
          ...removeRotation(turn.db, turn.mount.uuid, CA_SUBJECT),
        ],
        reply: {},
      }),
    }),
  },
};

const signFields = {
  csr: looseText,
  use_csr_values: withDefault(looseBoolean, false),
  ...authorityFields,
};

/** Vault lets a body name the issuer, where the path does not. */
export const IN_BODY: z.ZodType<string> = withDefault(looseText, DEFAULT_REF);
export const IN_PATH: z.ZodType<string> = looseText;

/** `root/sign-intermediate`, `issuer/:ref/sign-intermediate`: another authority below one of this mount. */
export const signIntermediateRoutes: readonly Route[] = [
  { pattern: 'root/sign-intermediate', named: IN_BODY },
  { pattern: 'issuer/:issuer_ref/sign-intermediate', named: IN_PATH },
].map(({ pattern, named }) => ({
  pattern,
  help: 'Signs the request (CSR) of another CA, which then stands below this one.',
  operations: {
    update: handler({
      input: z.object({ ...signFields, issuer_ref: named }),
      prepare: ({ csr }) => readRequest(csr),
      decide(turn, input, request: CertificateRequest): Decision {
        const issuer = requireUse(turn, input.issuer_ref, 'issuing-certificates');
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
          truncates: issuer.settings.leafNotAfter === 'truncate',
        });
        const pathLength = pathBelow(issuer, input.max_path_length);
        const issued = issueCertificate(turn, issuer, {
          subject: input.use_csr_values ? request.subject : authoritySubject(input),
          spki: request.spki,
          lifetime,
          extensions: authorityExtensions(turn, input, names, pathLength, issuer.id),
        });
        const chain = chainOf(issuer, allIssuers(turn), turn.now);
        const data = describeIssued(issued, { issuer, chain }, input.format);
        return { kind: 'reply', changes: [issued.kept], reply: { data, warnings: lifetime.warnings } };
      },
    }),
  },
}));

/** How many authorities may follow the one that is signed. Throws `invalid-request` where it may not be one itself. */
export function pathBelow({ certificate: { pathLength } }: Issuer, wanted: number): number {
  if (pathLength === undefined) return wanted;
  if (pathLength === 0) {
    throw new KeywardenError('invalid-request', 'this CA may not sign another one: its max_path_length is 0');
  }
  return wanted < 0 ? pathLength - 1 : Math.min(wanted, pathLength - 1);
}
