import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseTextList } from '../../../shared/model/loose-field.ts';
import { describeTerms, grantByTerms, mergeTerms, NO_TERMS, tokenTermFields } from '../auth/token-terms.ts';
import type { ReplyDecision } from '../decision.ts';
import type { Engine } from '../engine.ts';
import { looseText, maybe, withDefault } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import {
  type CertRole,
  certChanges,
  certMigration,
  certRoleDeleted,
  certRoleWritten,
  certUnmounted,
  selectCertRoles,
} from './cert-rows.ts';
import { isMatch, readClientCertificate, readTrusted } from './match-certificate.ts';

const name = looseText.transform((text) => text.toLowerCase());
const named = z.object({ name });
const written = z.object({
  name,
  certificate: maybe(looseText),
  display_name: maybe(looseText),
  allowed_names: maybe(looseTextList),
  allowed_common_names: maybe(looseTextList),
  allowed_dns_sans: maybe(looseTextList),
  allowed_email_sans: maybe(looseTextList),
  allowed_uri_sans: maybe(looseTextList),
  allowed_organizational_units: maybe(looseTextList),
  required_extensions: maybe(looseTextList),
  ...tokenTermFields,
});

const NEW_ROLE: CertRole = {
  certificate: '',
  displayName: '',
  allowedNames: [],
  allowedCommonNames: [],
  allowedDnsSans: [],
  allowedEmailSans: [],
  allowedUriSans: [],
  allowedOrganizationalUnits: [],
  terms: NO_TERMS,
};

const write = handler({
  input: written,
  decide(turn, input): ReplyDecision {
    const before = selectCertRoles(turn.db, turn.mount.uuid, input.name)[0]?.role ?? NEW_ROLE;
    if (input.required_extensions && input.required_extensions.length > 0) {
      throw new KeywardenError('invalid-request', 'required_extensions is not supported');
    }
    const role = {
      certificate: input.certificate ?? before.certificate,
      displayName: input.display_name ?? before.displayName,
      allowedNames: input.allowed_names ?? before.allowedNames,
      allowedCommonNames: input.allowed_common_names ?? before.allowedCommonNames,
      allowedDnsSans: input.allowed_dns_sans ?? before.allowedDnsSans,
      allowedEmailSans: input.allowed_email_sans ?? before.allowedEmailSans,
      allowedUriSans: input.allowed_uri_sans ?? before.allowedUriSans,
      allowedOrganizationalUnits: input.allowed_organizational_units ?? before.allowedOrganizationalUnits,
      terms: mergeTerms(before.terms, input),
    };
    readTrusted(role.certificate);
    const changed = certRoleWritten.make({ mount: turn.mount.uuid, name: input.name, role });
    return { kind: 'reply', changes: [changed], reply: {} };
  },
});

const read = handler({
  input: named,
  decide(turn, input): ReplyDecision {
    const role = selectCertRoles(turn.db, turn.mount.uuid, input.name)[0]?.role;
    if (!role) throw new KeywardenError('not-found');
    const data = {
      allowed_common_names: role.allowedCommonNames,
      allowed_dns_sans: role.allowedDnsSans,
      allowed_email_sans: role.allowedEmailSans,
      allowed_names: role.allowedNames,
      allowed_organizational_units: role.allowedOrganizationalUnits,
      allowed_uri_sans: role.allowedUriSans,
      certificate: role.certificate,
      display_name: role.displayName || input.name,
      required_extensions: [],
      ...describeTerms(role.terms),
    };
    return { kind: 'reply', reply: { data } };
  },
});

const remove = handler({
  input: named,
  decide(turn, input): ReplyDecision {
    const known = selectCertRoles(turn.db, turn.mount.uuid, input.name).length > 0;
    const changes = known ? [certRoleDeleted.make({ mount: turn.mount.uuid, name: input.name })] : [];
    return { kind: 'reply', changes, reply: {} };
  },
});

const list = handler({
  input: z.object({}),
  decide(turn): ReplyDecision {
    const keys = selectCertRoles(turn.db, turn.mount.uuid).map((one) => one.name);
    if (keys.length === 0) throw new KeywardenError('not-found');
    return { kind: 'reply', reply: { data: { keys } } };
  },
});

const login = handler({
  input: z.object({ name: withDefault(name, '') }),
  decide(turn, input): ReplyDecision {
    const client = turn.clientCertificate && readClientCertificate(turn.clientCertificate);
    const roles = selectCertRoles(turn.db, turn.mount.uuid, input.name === '' ? undefined : input.name);
    const found = client && roles.find(({ role }) => isMatch(client, role, turn.now));
    if (!client || !found) {
      throw new KeywardenError('login-failed', 'invalid certificate or no client certificate supplied');
    }
    const { commonName, certificate } = client;
    const auth = grantByTerms(found.role.terms, turn.remoteAddress, {
      displayName: found.role.displayName || commonName || found.name,
      metadata: {
        cert_name: found.name,
        common_name: commonName,
        serial_number: BigInt(`0x${certificate.serialNumber}`).toString(),
      },
      alias: { name: commonName || certificate.fingerprint256 },
    });
    return { kind: 'reply', reply: { auth } };
  },
});

const routes: readonly Route[] = [
  { pattern: 'certs', help: 'Lists the roles that certificates may log in as.', operations: { list } },
  {
    pattern: 'certs/:name',
    help: 'Reads, writes or removes which certificates may log in, and what they may do then.',
    caseless: true,
    exists: (turn, captures) =>
      selectCertRoles(turn.db, turn.mount.uuid, (captures['name'] ?? '').toLowerCase()).length > 0,
    operations: { read, update: write, delete: remove },
  },
  {
    pattern: 'login',
    help: 'Logs in with the certificate of the TLS connection, and answers with a token.',
    unauthenticated: true,
    operations: { update: login },
  },
];

/** `auth/cert/`: machines that have a certificate already prove it to TLS, and get a token. */
export const certEngine: Engine = {
  type: 'cert',
  isAuth: true,
  changes: certChanges,
  migrations: [certMigration],
  routes,
  unmounted: (_turn, mount) => [certUnmounted.make({ mount: mount.uuid })],
};
