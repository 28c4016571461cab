import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { sanitizePolicies } from './sanitize-policies.ts';
import type { TokenRoleSettings } from './token-role-rows.ts';
import type { TokenRow } from './token-rows.ts';

/** What was asked for. */
export interface PolicyWish {
  readonly policies: readonly string[];
  readonly noDefault: boolean;
}

/** The policies of a new token, and whether `default` is still to be added. */
export interface ChosenPolicies {
  readonly policies: readonly string[];
  readonly addDefault: boolean;
}

function refuse(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}

/** A child may do no more than its parent, unless whoever makes it has sudo here. */
export function choosePolicies(wish: PolicyWish, parent: TokenRow, isSudo: boolean): ChosenPolicies {
  const wanted = sanitizePolicies(wish.policies, false);
  const wantsDefault = !wish.noDefault;
  if (wanted.length === 0) {
    const inherited = wish.noDefault ? parent.policies.filter((name) => name !== 'default') : parent.policies;
    return { policies: inherited, addDefault: false };
  }
  if (isSudo) return { policies: wanted, addDefault: wantsDefault };
  if (!wanted.every((name) => parent.policies.includes(name))) {
    throw refuse('child policies must be subset of parent');
  }
  return { policies: wanted, addDefault: wantsDefault && parent.policies.includes('default') };
}

/** A role with lists decides by these alone, whatever the parent has; one without them leaves it to the parent. */
export function choosePoliciesByRole(
  wish: PolicyWish,
  parent: TokenRow,
  isSudo: boolean,
  role: TokenRoleSettings,
): ChosenPolicies {
  const { allowedPolicies, allowedPoliciesGlob, disallowedPolicies, disallowedPoliciesGlob } = role;
  const isLimited = [allowedPolicies, allowedPoliciesGlob, disallowedPolicies, disallowedPoliciesGlob].some(
    (names) => names.length > 0,
  );
  const noDefault = wish.noDefault || role.noDefaultPolicy;
  if (!isLimited) return choosePolicies({ ...wish, noDefault }, parent, isSudo);

  const isDisallowed = (name: string) =>
    disallowedPolicies.includes(name) || matchesAny(name, disallowedPoliciesGlob);
  const addDefault = !noDefault && !isDisallowed('default');
  const wanted = sanitizePolicies(wish.policies, addDefault);
  let policies: readonly string[];
  if (allowedPolicies.length > 0 || allowedPoliciesGlob.length > 0) {
    const allowed = sanitizePolicies(allowedPolicies, addDefault);
    policies = wish.policies.length === 0 ? allowed : wanted;
    if (!policies.every((name) => allowed.includes(name) || matchesAny(name, allowedPoliciesGlob))) {
      throw refuse(`token policies must be subset of the role's allowed policies or glob policies`);
    }
  } else {
    policies = wish.policies.length === 0 ? sanitizePolicies(parent.policies, addDefault) : wanted;
  }
  const refused = policies.find(isDisallowed);
  if (refused !== undefined) throw refuse(`token policy "${refused}" is disallowed by this role`);
  return { policies, addDefault: false };
}

function matchesAny(name: string, globs: readonly string[]): boolean {
  return globs.some((glob) => {
    const head = glob.startsWith('*');
    const tail = glob.endsWith('*') && glob.length > 1;
    const core = glob.slice(head ? 1 : 0, tail ? -1 : undefined);
    if (head && tail) return name.includes(core);
    if (head) return name.endsWith(core);
    return tail ? name.startsWith(core) : name === glob;
  });
}
