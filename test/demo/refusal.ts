import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPostgres } from '../support/postgres.ts';

/** A database user as an app holds it. */
export interface DatabaseUser {
  readonly username: string;
  readonly password: string;
}

/** What PostgreSQL says to an absent role, a wrong password and a role past its `VALID UNTIL`. */
const REFUSED = '28P01';
/** With its words: what it says to a role that Keywarden has begun to end. */
const NO_LOGIN = '28000';

/** Tries the door: undefined when it opens, else PostgreSQL's code. Throws when the answer says nothing about the credential. */
export async function tryLogin(postgres: TestPostgres, user: DatabaseUser): Promise<string | undefined> {
  try {
    const client = await postgres.login(user.username, user.password);
    await client.end();
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === REFUSED || (code === NO_LOGIN && /not permitted to log in/.test(String(error)))) return code;
    throw new Error(`PostgreSQL said ${code}, which proves nothing`);
  }
}

/** Tries again and again until PostgreSQL refuses. @returns the code and the seconds that it took. Throws when it never does. */
export async function untilRefused(
  postgres: TestPostgres,
  user: DatabaseUser,
  since: number,
  withinSeconds: number,
): Promise<{ readonly code: string; readonly seconds: number }> {
  for (;;) {
    const code = await tryLogin(postgres, user);
    const seconds = (performance.now() - since) / 1000;
    if (code !== undefined) return { code, seconds };
    if (seconds > withinSeconds) throw new Error(`it still opens after ${seconds.toFixed(1)} seconds`);
    await sleep(100);
  }
}

/** Looks until it holds. Throws when it does not within ten seconds. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const since = performance.now();
  while (!(await holds())) {
    if (performance.now() - since > 10_000)
      throw new Error(`it does not hold within ten seconds that ${what}`);
    await sleep(100);
  }
}

/** PostgreSQL's code of an error, else its message. */
export function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return code ?? message;
}
