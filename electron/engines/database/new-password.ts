import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { generatePassword } from '../../core/password-policy/generate-password.ts';
import { requirePasswordPolicy } from '../../core/password-policy/password-policy-rows.ts';
import type { CorePorts } from '../../core/ports.ts';
import { randomBase62 } from '../../core/random-text.ts';
import type { ReadDb } from '../../vault/state-db.ts';

/** 190 bits of letters and digits: nothing in it needs quoting anywhere. */
const PASSWORD_LENGTH = 32;
/** Passwords stand between quotes in statements that people write, and may stand in URLs that apps make of them. */
const UNSAFE = /[^\x21-\x7e]|['"`\\{}]/;

/** A password for an account on a server, by the policy of that name, or '' for our own. Throws `invalid-request`. */
export function newPassword(
  turn: { readonly db: ReadDb; readonly random: CorePorts['random'] },
  policyName: string,
): string {
  if (policyName === '') return randomBase62(PASSWORD_LENGTH, turn.random);
  const policy = requirePasswordPolicy(turn.db, policyName);
  if (UNSAFE.test(policy.characters.join(''))) {
    throw new KeywardenError(
      'invalid-request',
      `the password policy ${policyName} allows characters that end a text in a statement: ` +
        'quotes, backslashes, braces, blanks and letters beyond ASCII cannot be used for a database',
    );
  }
  return generatePassword(policy, turn.random);
}
