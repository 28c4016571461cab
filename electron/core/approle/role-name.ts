import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseText } from '../fields.ts';
import type { RequestTurn } from '../turn.ts';
import { findRole, type RoleRow } from './approle-rows.ts';

/** Names are case-insensitive, as in Vault. */
export const roleName = looseText
  .transform((name) => name.toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^\w(?:[\w.-]*\w)?$/, 'a role name has letters, digits, dots, dashes and underscores')
      .max(128),
  );

/** The role that a path names. Throws what Vault answers where there is none. */
export function requireRole(turn: RequestTurn, name: string): RoleRow {
  const role = findRole(turn.db, turn.mount.uuid, name);
  if (!role) throw new KeywardenError('not-found', `role "${name}" does not exist`);
  return role;
}
