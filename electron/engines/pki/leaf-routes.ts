import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseTextList } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe, withDefault } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { checkNames } from './check-names.ts';
import { readUrls } from './config-routes.ts';
import { fitsGlob } from './host-name.ts';
import { describeIssued, type IssuedCertificate, issueCertificate } from './issue-certificate.ts';
import { allIssuers, DEFAULT_REF, type Issuer, requireUse } from './issuer.ts';
import { chainOf } from './issuer-chain.ts';
import { type Lifetime, lifetimeOf } from './lifetime.ts';
import {
  describeKey,
  type KeyType,
  keyBits,
  newPrivateKey,
  publicDer,
  revealPrivateKey,
} from './private-key.ts';
import { givenNames, keyFormatField, nameFields, subjectOf } from './request-fields.ts';
import { DEFAULT_ROLE, type PkiRole, roleName } from './role-fields.ts';
import { findRole } from './role-route.ts';
import { roleUsages, usages } from './usages.ts';
import { type CertificateRequest, readRequest } from './x509/certificate-request.ts';
import { distinguishedName, isEmptyName } from './x509/distinguished-name.ts';
import {
  altNames,
  leafConstraints,
  policyExtensions,
  urlExtensions,
  usageExtensions,
} from './x509/extensions.ts';

/** Where the path names no issuer, the role does: a body cannot. */
const ofRole: z.ZodType<string | undefined> = z
  .unknown()
  .optional()
  .transform((): string | undefined => undefined);
const ofPath: z.ZodType<string | undefined> = looseText;
const issueFields = { role: roleName, ...nameFields, private_key_format: keyFormatField };
const signFields = { role: roleName, ...nameFields, csr: looseText };
const verbatimFields = {
  role: maybe(roleName),
  issuer_ref: withDefault(looseText, DEFAULT_REF),
  csr: looseText,
  ttl: nameFields.ttl,
  not_after: nameFields.not_after,
  format: nameFields.format,
  key_usage: withDefault(looseTextList, DEFAULT_ROLE.key_usage),
  ext_key_usage: withDefault(looseTextList, [] as string[]),
  ext_key_usage_oids: withDefault(looseTextList, [] as string[]),
};

/** What a request wants of a role. */
type Asked = Omit<z.output<z.ZodObject<typeof signFields>>, 'csr' | 'role'>;

/** `issue/:role`: a new key with its certificate. The key is not kept. */
const issue = (issuer: typeof ofRole) =>
  handler({
    input: z.object({ ...issueFields, issuer }),
    look: (turn, { role }) => keyToMake(requireRole(turn, role)),
    prepare: (_input, { seen, signal }) => newPrivateKey(seen.type, seen.bits, signal),
    decide(turn, input, key: KeyObject): Decision {
      const role = requireRole(turn, input.role);
      const { type, bits } = keyToMake(role);
      const made = describeKey(key);
      if (made.type !== type || made.bits !== bits) throw justChanged();
      const issuer = requireUse(turn, input.issuer ?? role.issuer_ref, 'issuing-certificates');
      const lifetime = roleLifetime(turn, issuer, role, input);
      const issued = signLeaf(turn, issuer, role, input, lifetime, publicDer(key));
      const shownKey = revealPrivateKey(key, {
        isDer: input.format === 'der',
        isPkcs8: input.private_key_format === 'pkcs8',
      });
      const data = {
        ...describeIssued(issued, withChain(turn, issuer), input.format, shownKey.private_key),
        ...shownKey,
      };
      return handOut(turn, input.role, role, issued, lifetime, data);
    },
  });

/** `sign/:role`: a certificate for somebody who has a key. */
const sign = (issuer: typeof ofRole) =>
  handler({
    input: z.object({ ...signFields, issuer }),
    prepare: ({ csr }) => readRequest(csr),
    decide(turn, input, request: CertificateRequest): Decision {
      const role = requireRole(turn, input.role);
      checkKey(role, request.publicKey);
      const issuer = requireUse(turn, input.issuer ?? role.issuer_ref, 'issuing-certificates');
      const lifetime = roleLifetime(turn, issuer, role, input);
      const issued = signLeaf(turn, issuer, role, input, lifetime, request.spki, request);
      const data = describeIssued(issued, withChain(turn, issuer), input.format);
      return handOut(turn, input.role, role, issued, lifetime, data);
    },
  });

/** `sign-verbatim[/:role]`: whatever the request names; of the role only issuer and lifetimes hold. Never an authority. */
const signVerbatim = (issuer: typeof ofRole) =>
  handler({
    input: z.object({ ...verbatimFields, issuer }),
    prepare: ({ csr }) => readRequest(csr),
    decide(turn, input, request: CertificateRequest): Decision {
      const named = input.role === undefined ? undefined : requireRole(turn, input.role);
      const role = named ?? DEFAULT_ROLE;
      checkKey({ ...role, key_type: 'any', key_bits: 0 }, request.publicKey);
      const ref = input.issuer ?? named?.issuer_ref ?? input.issuer_ref;
      const issuer = requireUse(turn, ref, 'issuing-certificates');
      const lifetime = roleLifetime(turn, issuer, role, input);
      const issued = issueCertificate(turn, issuer, {
        subject: request.subject,
        spki: request.spki,
        lifetime,
        extensions: [
          leafConstraints(),
          ...usageExtensions(usages(input.key_usage, input.ext_key_usage, input.ext_key_usage_oids)),
          ...altNames(request.names, isEmptyName(request.subject)),
          ...urlExtensions(readUrls(turn, issuer.id)),
        ],
      });
      const data = describeIssued(issued, withChain(turn, issuer), input.format);
      return handOut(turn, input.role ?? '', role, issued, lifetime, data);
    },
  });

const ISSUE = 'Makes a key and a certificate for it. The key is shown this once and not kept.';
const SIGN = 'Signs a request (CSR), within what the role allows.';
const VERBATIM =
  'Signs a request (CSR) with whatever names it has. Give it to nobody who may not name anything.';

/** Certificates that are no authority's: by the role's issuer, or by one that the path names. */
export const leafRoutes: readonly Route[] = [
  { pattern: 'issue/:role', help: ISSUE, operations: { update: issue(ofRole) } },
  { pattern: 'issuer/:issuer/issue/:role', help: ISSUE, operations: { update: issue(ofPath) } },
  { pattern: 'sign/:role', help: SIGN, operations: { update: sign(ofRole) } },
  { pattern: 'issuer/:issuer/sign/:role', help: SIGN, operations: { update: sign(ofPath) } },
  ...['sign-verbatim', 'sign-verbatim/:role'].flatMap((pattern) => [
    { pattern, help: VERBATIM, operations: { update: signVerbatim(ofRole) } },
    { pattern: `issuer/:issuer/${pattern}`, help: VERBATIM, operations: { update: signVerbatim(ofPath) } },
  ]),
];

function withChain(turn: RequestTurn, issuer: Issuer) {
  return { issuer, chain: chainOf(issuer, allIssuers(turn), turn.now) };
}

function requireRole(turn: RequestTurn, name: string): PkiRole {
  const role = findRole(turn, name);
  if (!role) throw new KeywardenError('unknown-role', `unknown role: ${name}`);
  return role;
}

function keyToMake({ key_type: type, key_bits: bits }: PkiRole): { type: KeyType; bits: number } {
  if (type !== 'any') return { type, bits: keyBits(type, bits) };
  throw new KeywardenError(
    'invalid-request',
    'role key type "any" not allowed for issuing certificates, only signing',
  );
}

function roleLifetime(
  turn: RequestTurn,
  issuer: Issuer,
  role: PkiRole,
  { ttl, not_after: notAfter }: Pick<Asked, 'ttl' | 'not_after'>,
): Lifetime {
  return lifetimeOf(turn, {
    ttl,
    notAfter,
    fallback: role.ttl,
    maxTtl: role.max_ttl,
    backdated: role.not_before_duration,
    issuerEnds: issuer.certificate.notAfter,
    truncates: issuer.settings.leafNotAfter === 'truncate',
  });
}

/** The names come from the request's fields, or from the CSR where the role says so: never a mixture that was not checked. */
function signLeaf(
  turn: RequestTurn,
  issuer: Issuer,
  role: PkiRole,
  input: Asked,
  lifetime: Lifetime,
  spki: Uint8Array,
  request?: CertificateRequest,
): IssuedCertificate {
  const ofRequest = request && role.use_csr_common_name ? request.commonName : '';
  const commonName = ofRequest || input.common_name;
  if (commonName === '' && role.require_cn) {
    throw new KeywardenError(
      'invalid-request',
      'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, unless "require_cn" is set to false',
    );
  }
  const checked = checkNames(role, {
    commonName,
    names: request && role.use_csr_sans ? request.names : givenNames(input),
    excludeCommonName: input.exclude_cn_from_sans,
  });
  const isAllowed = role.allowed_serial_numbers.some((glob) => fitsGlob(glob, input.serial_number));
  if (input.serial_number !== '' && !isAllowed) {
    throw new KeywardenError(
      'invalid-request',
      `serial_number ${input.serial_number} not allowed by this role`,
    );
  }
  const subject = distinguishedName(
    subjectOf({ commonName: checked.commonName, serialNumber: input.serial_number }, role),
  );
  return issueCertificate(turn, issuer, {
    subject,
    spki,
    lifetime,
    extensions: [
      leafConstraints(),
      ...usageExtensions(roleUsages(role)),
      ...altNames(checked.names, isEmptyName(subject)),
      ...policyExtensions(role.policy_identifiers),
      ...urlExtensions(readUrls(turn, issuer.id)),
    ],
  });
}

/** The certificate goes out: kept or not, leased or not, as the role says. */
function handOut(
  turn: RequestTurn,
  roleName: string,
  role: PkiRole,
  issued: IssuedCertificate,
  lifetime: Lifetime,
  data: Record<string, unknown>,
): Decision {
  if (!role.generate_lease) {
    const changes = role.no_store ? [issued.unkept] : [issued.kept];
    return { kind: 'reply', changes, reply: { data, warnings: lifetime.warnings } };
  }
  return {
    kind: 'issue',
    terms: {
      ttl: lifetime.ttl,
      maxTtl: lifetime.ttl,
      renewable: false,
      promise: 'dies-by-itself',
      data: { mount: turn.mount.uuid, serial: issued.serial, role: roleName },
    },
    changes: [issued.kept],
    warnings: lifetime.warnings,
    create: async () => ({ data }),
  };
}

/** A key that somebody brings must be of the role's kind, and long enough. Throws `invalid-request`. */
function checkKey(role: PkiRole, key: KeyObject): void {
  const { type, bits } = describeKey(key);
  if (role.key_type !== 'any' && type !== role.key_type) {
    throw new KeywardenError('invalid-request', `role requires keys of type ${role.key_type}`);
  }
  const least = keyBits(type, role.key_type === 'any' ? 0 : role.key_bits);
  if (bits < least) {
    throw new KeywardenError(
      'invalid-request',
      `role requires a minimum of a ${least}-bit key, but CSR's key is ${bits} bits`,
    );
  }
}

function justChanged(): KeywardenError {
  return new KeywardenError('invalid-request', 'the role has just been changed; try again');
}
