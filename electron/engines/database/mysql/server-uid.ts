import { z } from 'zod';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { LeasedUser } from '../database-plugin.ts';
import type { MysqlSession } from './mysql-session.ts';

const remembered = z.object({ server: z.string().optional() });

/** What tells one server from another, whatever its address; undefined where the server is too old to tell. */
export async function serverUid(session: MysqlSession): Promise<string | undefined> {
  const [row] = await session.query<{ Value: string }>(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_uid')",
  );
  return row?.Value;
}

/**
 * Throws `target-unavailable` when another server answers than the one that made the user. There the user is not found,
 * and its password refused, and neither is a proof.
 */
export async function requireSameServer(session: MysqlSession, user: LeasedUser): Promise<void> {
  const { server: made } = remembered.parse(user.remembered);
  if (made === undefined) return;
  const here = await serverUid(session);
  if (here === undefined || here === made) return;
  throw new KeywardenError(
    'target-unavailable',
    'another server answers at that address than the one that made the user; if that one is gone for good, force the revocation',
  );
}
