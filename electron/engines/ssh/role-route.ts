import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import { OTP_ROLE_REMOVED, OTP_ROLE_WRITTEN, type OtpRole } from './otp-changes.ts';
import { findOtpRole, otpRoleNames, readOtpRole, showOtpRole } from './otp-role.ts';
import { DEFAULT_ROLE, roleFields, roleName, type SshRole, sshRole } from './role-fields.ts';
import { SSH_ROLE_REMOVED, SSH_ROLE_WRITTEN } from './ssh-changes.ts';

const named = z.object({ name: roleName });
const MOST_BACKDATING = 86_400;

/** `roles`: which roles there are. */
export const sshRoleListRoute: Route = {
  pattern: 'roles',
  help: 'Lists the roles.',
  operations: {
    list: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const rows = turn.db.all<{ name: string }>(
          'SELECT name FROM ssh_role WHERE mount = ? ORDER BY name',
          turn.mount.uuid,
        );
        const kinds = [
          ...rows.map(({ name }) => [name, { key_type: 'ca' }] as const),
          ...otpRoleNames(turn).map((name) => [name, { key_type: 'otp' }] as const),
        ].sort(([one], [other]) => (one < other ? -1 : 1));
        if (kinds.length === 0) throw new KeywardenError('not-found');
        const keys = kinds.map(([name]) => name);
        const info = Object.fromEntries(kinds);
        return { kind: 'reply', reply: { data: { keys, key_info: info } } };
      },
    }),
  },
};

/** `roles/:name`: whom certificates may let in, or which hosts they may stand for. Writing replaces the whole. */
export const sshRoleRoute: Route = {
  pattern: 'roles/:name',
  help: 'Says for whom, or for which hosts, certificates of this role may be, with which options and how long. Writing replaces the role.',
  exists: (turn, { name = '' }) => (findSshRole(turn, name) ?? findOtpRole(turn, name)) !== undefined,
  operations: {
    read: handler({
      input: named,
      decide: (turn, { name }): Decision => {
        const role = findSshRole(turn, name);
        const otp = findOtpRole(turn, name);
        if (!role && !otp) throw new KeywardenError('not-found');
        return { kind: 'reply', reply: { data: role ? show(role) : showOtpRole(otp as OtpRole) } };
      },
    }),
    update: handler({ input: roleFields, decide: write }),
    delete: handler({
      input: named,
      decide: (turn, { name }): Decision => ({
        kind: 'reply',
        changes: [
          SSH_ROLE_REMOVED.make({ mount: turn.mount.uuid, name }),
          OTP_ROLE_REMOVED.make({ mount: turn.mount.uuid, name }),
        ],
        reply: {},
      }),
    }),
  },
};

/** The role of that name, if there is one. */
export function findSshRole({ db, mount }: ReadTurn, name: string): SshRole | undefined {
  const row = db.get<{ settings: string }>(
    'SELECT settings FROM ssh_role WHERE mount = ? AND name = ?',
    mount.uuid,
    name,
  );
  return row && (JSON.parse(row.settings) as SshRole);
}

function write(turn: RequestTurn, input: z.output<typeof roleFields>): Decision {
  const {
    name,
    key_type,
    allowed_users_template,
    allowed_domains_template,
    default_user_template,
    default_extensions_template,
    ...given
  } = input;
  const refuse = (why: string): never => {
    throw new KeywardenError('invalid-request', why);
  };
  const { mount } = turn;
  if (key_type === 'otp') {
    const written = OTP_ROLE_WRITTEN.make({ mount: mount.uuid, name, role: readOtpRole(turn.data) });
    return { kind: 'reply', changes: [written], reply: {} };
  }
  if (key_type !== 'ca') refuse('key_type must be ca or otp');
  if (
    allowed_users_template ||
    allowed_domains_template ||
    default_user_template ||
    default_extensions_template
  ) {
    refuse('templates in the names and options of a role are not supported');
  }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const role = sshRole.parse({ ...DEFAULT_ROLE, ...said });
  if (!role.allow_user_certificates && !role.allow_host_certificates) {
    refuse('either "allow_user_certificates" or "allow_host_certificates" must be set to "true"');
  }
  if (role.max_ttl > 0 && role.ttl > role.max_ttl)
    refuse('"ttl" value must be less than "max_ttl" when both are specified');
  if (role.not_before_duration > MOST_BACKDATING) refuse('not_before_duration may be a day at most');
  return {
    kind: 'reply',
    changes: [
      SSH_ROLE_WRITTEN.make({ mount: mount.uuid, name, role }),
      ...(findOtpRole(turn, name) ? [OTP_ROLE_REMOVED.make({ mount: mount.uuid, name })] : []),
    ],
    reply: {},
  };
}

/** Vault shows these lists as texts with commas. */
function show(role: SshRole): Record<string, unknown> {
  return {
    key_type: 'ca',
    ...role,
    allowed_users: role.allowed_users.join(','),
    allowed_domains: role.allowed_domains.join(','),
    allowed_critical_options: role.allowed_critical_options.join(','),
    allowed_extensions: role.allowed_extensions.join(','),
  };
}
