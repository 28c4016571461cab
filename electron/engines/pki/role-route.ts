import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import { DEFAULT_REF, requireIssuer } from './issuer.ts';
import { PKI_ROLE_REMOVED, PKI_ROLE_WRITTEN } from './pki-changes.ts';
import { keyBits } from './private-key.ts';
import { DEFAULT_ROLE, type PkiRole, pkiRole, roleFields, roleName } from './role-fields.ts';
import { checkIdentifiers, roleUsages } from './usages.ts';

const named = z.object({ name: roleName });
const MOST_BACKDATING = 86_400;

/** `roles`: which roles there are. */
export const pkiRoleListRoute: Route = {
  pattern: 'roles',
  help: 'Lists the roles.',
  operations: {
    list: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const rows = turn.db.all<{ name: string }>(
          'SELECT name FROM pki_role WHERE mount = ? ORDER BY name',
          turn.mount.uuid,
        );
        if (rows.length === 0) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: { keys: rows.map((row) => row.name) } } };
      },
    }),
  },
};

/** `roles/:name`: which names a certificate may have, and what it is good for. */
export const pkiRoleRoute: Route = {
  pattern: 'roles/:name',
  help: 'Says which names certificates of this role may have, what they are good for, and how long. Writing replaces the role, patching changes it.',
  exists: (turn, captures) => findRole(turn, captures['name'] ?? '') !== undefined,
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const role = findRole(turn, name);
        if (!role) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: show(role) } };
      },
    }),
    update: handler({ input: roleFields, decide: (turn, input) => write(turn, input, DEFAULT_ROLE) }),
    patch: handler({
      input: roleFields,
      decide: (turn, input): Decision => {
        const before = findRole(turn, input.name);
        if (!before) throw new KeywardenError('not-found');
        return write(turn, input, before);
      },
    }),
    delete: handler({
      input: named,
      decide: (turn, { name }): Decision => ({
        kind: 'reply',
        changes: [PKI_ROLE_REMOVED.make({ mount: turn.mount.uuid, name })],
        reply: {},
      }),
    }),
  },
};

/** The role of that name, if there is one. */
export function findRole({ db, mount }: ReadTurn, name: string): PkiRole | undefined {
  const row = db.get<{ settings: string }>(
    'SELECT settings FROM pki_role WHERE mount = ? AND name = ?',
    mount.uuid,
    name,
  );
  return row && { ...DEFAULT_ROLE, ...(JSON.parse(row.settings) as PkiRole) };
}

/** The roles that name that issuer, whatever else the mount's default is. */
export function rolesNaming({ db, mount }: ReadTurn, ref: string): readonly string[] {
  return db
    .all<{ name: string }>(
      "SELECT name FROM pki_role WHERE mount = ? AND json_extract(settings, '$.issuer_ref') = ? ORDER BY name",
      mount.uuid,
      ref,
    )
    .map(({ name }) => name);
}

function write(turn: RequestTurn, input: z.output<typeof roleFields>, before: PkiRole): Decision {
  const { name, allowed_domains_template, allowed_uri_sans_template, allowed_other_sans, ...given } = input;
  if (allowed_domains_template || allowed_uri_sans_template) {
    throw new KeywardenError('invalid-request', 'templates in allowed names are not supported');
  }
  if (allowed_other_sans && allowed_other_sans.length > 0) {
    throw new KeywardenError('invalid-request', 'allowed_other_sans is not supported');
  }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const role = pkiRole.parse({ ...before, ...said });
  check(role);
  if (role.issuer_ref !== DEFAULT_REF) requireIssuer(turn, role.issuer_ref);
  const written = PKI_ROLE_WRITTEN.make({ mount: turn.mount.uuid, name, role });
  return { kind: 'reply', changes: [written], reply: { data: show(role) } };
}

function check(role: PkiRole): void {
  const refuse = (why: string): never => {
    throw new KeywardenError('invalid-request', why);
  };
  if (role.key_type !== 'any') keyBits(role.key_type, role.key_bits);
  else if (role.key_bits !== 0) refuse('key_bits must be 0 where key_type is any');
  if (role.max_ttl > 0 && role.ttl > role.max_ttl) refuse('"ttl" value must be less than "max_ttl" value');
  if (role.not_before_duration > MOST_BACKDATING) refuse('not_before_duration may be a day at most');
  if (role.no_store && role.generate_lease) {
    refuse('no_store and generate_lease exclude one another: a lease could not revoke what is not kept');
  }
  const unknown = role.cn_validations.find((kind) => !['email', 'hostname', 'disabled'].includes(kind));
  if (unknown !== undefined) refuse(`unknown cn_validations: ${unknown}`);
  roleUsages(role);
  checkIdentifiers(role.policy_identifiers);
}

function show(role: PkiRole): Record<string, unknown> {
  const bits = role.key_type === 'any' ? 0 : keyBits(role.key_type, role.key_bits);
  return { ...role, key_bits: bits, allowed_other_sans: [], allowed_domains_template: false };
}
