import type { MysqlSession } from './mysql-session.ts';

/** What our own account may everywhere, as the server writes it; on MySQL with what its active roles add. */
export async function globalGrants(session: MysqlSession): Promise<string> {
  const roles =
    session.isMariaDb || Number(session.version.split('.')[0]) < 8 ? 'NONE' : await activeRoles(session);
  const grants = await session.query<Record<string, string>>(
    roles === 'NONE' ? 'SHOW GRANTS' : `SHOW GRANTS FOR CURRENT_USER() USING ${roles}`,
  );
  const texts = grants.flatMap((grant) => Object.values(grant));
  return texts.filter((text) => / ON \*\.\* TO /.test(text)).join('\n');
}

/** Whether the list of sessions shows us more than our own: without that it proves nothing of others'. */
export async function maySeeSessions(session: MysqlSession): Promise<boolean> {
  return /\b(?:ALL PRIVILEGES|PROCESS)\b/.test(await globalGrants(session));
}

/** Quoted, as the server tells them. */
async function activeRoles(session: MysqlSession): Promise<string> {
  const [row] = await session.query<{ roles: string | null }>('SELECT CURRENT_ROLE() AS roles');
  return row?.roles ?? 'NONE';
}
