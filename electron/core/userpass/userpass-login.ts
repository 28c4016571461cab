import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { grantByTerms } from '../auth/token-terms.ts';
import type { ReplyDecision } from '../decision.ts';
import { handler, type Route } from '../route.ts';
import { type HashPassword, PASSWORD_KDF } from './hash-password.ts';
import { passwordField, userName } from './user-routes.ts';
import { type PasswordKdf, selectUsers, userContext, userLoggedIn } from './user-rows.ts';

const shown = z.object({ username: userName, password: passwordField });
/** Hashed with for a name that is nobody's, so that the answer takes as long. */
const NOBODY: PasswordKdf = { ...PASSWORD_KDF, salt: '00'.repeat(16) };

interface Known {
  readonly kdf: PasswordKdf;
  /** The hash that the password must give, and which one of the user's it is. */
  readonly hash: Uint8Array | undefined;
  readonly secret: string | undefined;
}

interface Checked {
  readonly isRight: boolean;
  readonly secret: string | undefined;
}

/** A person comes with name and password and gets a token. */
export function userpassLoginRoute(hashPassword: HashPassword): Route {
  const login = handler<z.infer<typeof shown>, Checked, Known>({
    input: shown,
    // SECURITY(B2): guessing meets a growing delay per name, known or not.
    guessable: ({ username }) => username,
    look(turn, { username }) {
      const [user] = selectUsers(turn.db, turn.mount.uuid, username);
      if (!user) return { kdf: NOBODY, hash: undefined, secret: undefined };
      const hash = turn.revealValue(user.secret, userContext(turn.mount.uuid, user));
      return { kdf: user.kdf, hash, secret: user.secret };
    },
    async prepare({ password }, { seen }) {
      const given = await hashPassword(password, seen.kdf);
      const isRight = seen.hash?.length === given.length && timingSafeEqual(seen.hash, given);
      given.fill(0);
      return { isRight, secret: seen.secret };
    },
    decide(turn, { username }, checked): ReplyDecision {
      const [user] = selectUsers(turn.db, turn.mount.uuid, username);
      // The password may have been changed while this one was being hashed.
      if (!user || !checked.isRight || checked.secret !== user.secret) {
        throw new KeywardenError('login-failed', 'invalid username or password');
      }
      const auth = grantByTerms(user.terms, turn.remoteAddress, {
        displayName: `${turn.mount.path.replace(/^auth\//, '').replace(/\/$/, '')}-${user.name}`,
        metadata: { username: user.name },
        alias: { name: user.name },
      });
      const changes = [userLoggedIn.make({ mount: turn.mount.uuid, name: user.name })];
      return { kind: 'reply', changes, reply: { auth } };
    },
  });
  return {
    pattern: 'login/:username',
    help: 'Logs in with a name and a password, and answers with a token.',
    unauthenticated: true,
    operations: { update: login },
  };
}
