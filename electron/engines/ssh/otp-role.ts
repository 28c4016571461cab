import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseInteger, looseTextList } from '../../../shared/model/loose-field.ts';
import { isWithin, rangesField } from '../../core/addresses/address-ranges.ts';
import { looseText, maybe } from '../../core/fields.ts';
import type { ReadTurn } from '../../core/turn.ts';
import { type OtpRole, otpRole } from './otp-changes.ts';

const fields = z.object({
  default_user: looseText.pipe(z.string().min(1, 'must be given')),
  allowed_users: maybe(looseTextList),
  cidr_list: rangesField,
  exclude_cidr_list: maybe(rangesField),
  port: maybe(looseInteger.pipe(z.number().min(1).max(65_535))),
});

/** A role of `key_type` otp, out of the fields that were sent. Throws `invalid-request`. */
export function readOtpRole(data: Readonly<Record<string, unknown>>): OtpRole {
  const read = fields.safeParse(data);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new KeywardenError('invalid-request', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { default_user, allowed_users, cidr_list, exclude_cidr_list, port } = read.data;
  return {
    default_user,
    allowed_users: allowed_users ?? [],
    cidr_list,
    exclude_cidr_list: exclude_cidr_list ?? [],
    port: port ?? 22,
  };
}

/** The role of that name, if there is one of this kind. */
export function findOtpRole({ db, mount }: ReadTurn, name: string): OtpRole | undefined {
  const row = db.get<{ settings: string }>(
    'SELECT settings FROM ssh_otp_role WHERE mount = ? AND name = ?',
    mount.uuid,
    name,
  );
  return row && otpRole.parse(JSON.parse(row.settings));
}

/** The names of all roles of this kind. */
export function otpRoleNames({ db, mount }: ReadTurn): readonly string[] {
  return db
    .all<{ name: string }>('SELECT name FROM ssh_otp_role WHERE mount = ? ORDER BY name', mount.uuid)
    .map((row) => row.name);
}

/** Whether passwords of the role are for the host at this address. A role without ranges is for none. */
export function reaches({ cidr_list: ranges, exclude_cidr_list: except }: OtpRole, ip: string): boolean {
  if (ranges.length === 0 || !isWithin(ranges, ip)) return false;
  return except.length === 0 || !isWithin(except, ip);
}

/** Vault shows these lists as texts with commas. */
export function showOtpRole(role: OtpRole): Record<string, unknown> {
  return {
    key_type: 'otp',
    default_user: role.default_user,
    allowed_users: role.allowed_users.join(','),
    cidr_list: role.cidr_list.join(','),
    exclude_cidr_list: role.exclude_cidr_list.join(','),
    port: role.port,
  };
}
