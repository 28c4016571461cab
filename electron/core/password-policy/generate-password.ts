import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { RandomBytes } from '../../vault/ports.ts';
import { randomOver } from '../random-text.ts';
import type { PasswordPolicy } from './password-policy.ts';

/** How often we draw. A policy that takes one password in a hundred fails once in 10^43 times. */
const DRAWS = 10_000;

/**
 * Draws a password, each that the policy allows equally likely: one that misses a rule is thrown away whole, and nothing of
 * it is mended. Throws `policy-invalid` where next to none of what is drawn would do.
 */
export function generatePassword(policy: PasswordPolicy, random: RandomBytes, draws = DRAWS): string {
  for (let draw = 0; draw < draws; draw += 1) {
    const password = randomOver(policy.characters, policy.length, random);
    if (keeps(policy, password)) return password;
  }
  throw new KeywardenError(
    'policy-invalid',
    'hardly any password of that length keeps all of its rules: ask for fewer characters of each kind',
  );
}

function keeps({ rules }: PasswordPolicy, password: string): boolean {
  const letters = [...password];
  return rules.every(
    ({ characters, least }) =>
      least === 0 || letters.filter((letter) => characters.includes(letter)).length >= least,
  );
}
