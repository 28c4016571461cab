import { createConnection } from 'mysql2/promise';
import type { RehearsalGuest } from '../rehearse-user.ts';
import { mysqlError } from './mysql-errors.ts';
import { configOf } from './mysql-session.ts';
import type { MysqlTarget } from './mysql-target.ts';

/** Milliseconds. */
const ANSWER_WITHIN = 5_000;

/** Logs in as a throw-away user and stays. Throws `target-unavailable` with a reason; the password is never in it. */
export async function enterMysql(target: MysqlTarget, signal: AbortSignal): Promise<RehearsalGuest> {
  signal.throwIfAborted();
  const connection = await createConnection(configOf({ ...target, database: '' })).catch((error: unknown) => {
    throw mysqlError(error, [target.password]);
  });
  connection.on('error', () => {});
  return {
    isStillIn: () =>
      connection.query({ sql: 'DO 1', timeout: ANSWER_WITHIN }).then(
        () => true,
        () => false,
      ),
    leave: () => connection.destroy(),
  };
}
