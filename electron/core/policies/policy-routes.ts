import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, maybe } from '../fields.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { FIXED_POLICIES } from './builtin-policies.ts';
import { findPolicyText, policyDeleted, policyWritten, storedPolicyNames } from './policy-rows.ts';

const nameField = looseText
  .transform((name) => name.toLowerCase())
  .pipe(
    z
      .string()
      .regex(
        /^(?!\s)[^/\p{Cc}]{1,128}(?<!\s)$/u,
        'a policy name has 1 to 128 characters, without a slash or spaces around it',
      ),
  );

const named = z.object({ name: nameField });
/** The text goes by two names: `policy`, and `rules` for old clients. */
const written = z.object({ name: nameField, policy: maybe(looseText), rules: maybe(looseText) });

function textOf(turn: RequestTurn, name: string): string {
  const text = FIXED_POLICIES.get(name) ?? findPolicyText(turn.db, name);
  if (text === undefined) throw new KeywardenError('not-found');
  return text;
}

function refuseFixed(name: string, verb: 'update' | 'delete'): void {
  if (FIXED_POLICIES.has(name)) {
    throw new KeywardenError('invalid-request', `cannot ${verb} "${name}" policy`);
  }
}

function allNames(turn: RequestTurn): readonly string[] {
  const hidden = 'response-wrapping';
  const fixed = [...FIXED_POLICIES.keys()].filter((name) => name !== hidden);
  return [...new Set([...storedPolicyNames(turn.db), ...fixed])].sort();
}

const write = handler({
  input: written,
  decide(_turn, { name, policy, rules }): ReplyDecision {
    const text = policy ?? rules;
    if (text === undefined || text === '') {
      throw new KeywardenError('invalid-request', "'policy' parameter not supplied or empty");
    }
    refuseFixed(name, 'update');
    parsePolicy(name, text);
    return { kind: 'reply', changes: [policyWritten.make({ name, text })], reply: {} };
  },
});

const remove = handler({
  input: named,
  decide(turn, { name }): ReplyDecision {
    refuseFixed(name, 'delete');
    if (name === 'default') throw new KeywardenError('invalid-request', 'cannot delete "default" policy');
    const known = findPolicyText(turn.db, name) !== undefined;
    return { kind: 'reply', changes: known ? [policyDeleted.make({ name })] : [], reply: {} };
  },
});

const listLegacy = handler({
  input: z.object({}),
  decide(turn): ReplyDecision {
    const keys = allNames(turn);
    return { kind: 'reply', reply: { data: { keys, policies: keys }, dataAtTop: true } };
  },
});

const listAcl = handler({
  input: z.object({}),
  decide: (turn): ReplyDecision => ({ kind: 'reply', reply: { data: { keys: allNames(turn) } } }),
});

const readLegacy = handler({
  input: named,
  decide: (turn, { name }): ReplyDecision => ({
    kind: 'reply',
    reply: { data: { name, rules: textOf(turn, name) }, dataAtTop: true },
  }),
});

const readAcl = handler({
  input: named,
  decide: (turn, { name }): ReplyDecision => ({
    kind: 'reply',
    reply: { data: { name, policy: textOf(turn, name) } },
  }),
});

/** `sys/policy` and `sys/policies/acl`: one store, two shapes; clients compare the keys of both exactly. */
export const policyRoutes: readonly Route[] = [
  {
    pattern: 'policy',
    help: 'Lists the policies, in the shape of old clients.',
    operations: { list: listLegacy, read: listLegacy },
  },
  {
    pattern: 'policy/:name',
    help: 'Reads, writes or removes one policy, in the shape of old clients.',
    caseless: true,
    operations: { read: readLegacy, update: write, delete: remove },
  },
  { pattern: 'policies/acl', help: 'Lists the policies.', operations: { list: listAcl } },
  {
    pattern: 'policies/acl/:name',
    help: 'Reads, writes or removes one policy.',
    caseless: true,
    operations: { read: readAcl, update: write, delete: remove },
  },
];
