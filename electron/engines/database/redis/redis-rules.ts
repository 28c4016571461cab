import { z } from 'zod';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';

/** Vault's default: may read everything. */
const DEFAULT_RULES = ['~*', '+@read'];
/** What a role may say: keys, channels, commands, selectors. Passwords and being on or off are ours to set. */
const RULE =
  /^(?:[~&%+(-]|(?:allkeys|resetkeys|allchannels|resetchannels|allcommands|nocommands|clearselectors)$)/i;

/**
 * Reads a role's creation statements: ACL rules as Vault's plugin takes them, a JSON list of texts, or rules with blanks
 * between. Throws `invalid-request` for a rule that would set a password or let anybody in.
 */
export function redisRules(statements: readonly string[]): readonly string[] {
  const rules = statements.flatMap(readRules);
  const wrong = rules.find((rule) => !RULE.test(rule));
  if (wrong !== undefined) {
    throw new KeywardenError(
      'invalid-request',
      'creation_statements must be ACL rules for keys, channels and commands, such as ["~app:*", "+@read"]',
    );
  }
  return rules.length === 0 ? DEFAULT_RULES : rules;
}

function readRules(text: string): string[] {
  if (text.trimStart().startsWith('[')) {
    try {
      return z.array(z.string()).parse(JSON.parse(text));
    } catch {
      throw new KeywardenError('invalid-request', 'creation_statements must be a JSON list of ACL rules');
    }
  }
  // A selector in parentheses is one rule, blanks included.
  return text.match(/\([^)]*\)|[^\s()]+/g) ?? [];
}
