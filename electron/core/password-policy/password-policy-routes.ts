import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { generatePassword } from './generate-password.ts';
import { parsePasswordPolicy, passwordPolicyWarnings } from './password-policy.ts';
import {
  findPasswordPolicyText,
  passwordPolicyDeleted,
  passwordPolicyNames,
  passwordPolicyWritten,
} from './password-policy-rows.ts';

/** A policy that is kept must not need luck. */
const FEW_DRAWS = 100;

const nameField = looseText.pipe(
  z
    .string()
    .regex(
      /^(?!\s)[^/\p{Cc}]{1,128}(?<!\s)$/u,
      'a policy name has 1 to 128 characters, without a slash or spaces around it',
    ),
);
const named = z.object({ name: nameField });

/** `sys/policies/password`: what generated passwords look like. */
export const passwordPolicyRoutes: readonly Route[] = [
  {
    pattern: 'policies/password',
    help: 'Lists the password policies.',
    operations: {
      list: handler({
        input: z.object({}),
        decide(turn): ReplyDecision {
          const keys = passwordPolicyNames(turn.db);
          if (keys.length === 0) throw new KeywardenError('not-found');
          return { kind: 'reply', reply: { data: { keys } } };
        },
      }),
    },
  },
  {
    pattern: 'policies/password/:name',
    help: 'Reads, writes or removes a password policy.',
    operations: {
      read: handler({
        input: named,
        decide: (turn, { name }): ReplyDecision => ({
          kind: 'reply',
          reply: { data: { policy: textOf(turn, name) } },
        }),
      }),
      update: handler({
        input: z.object({ name: nameField, policy: looseText }),
        decide(turn, { name, policy: text }): ReplyDecision {
          const policy = parsePasswordPolicy(text);
          generatePassword(policy, turn.random, FEW_DRAWS);
          const warnings = passwordPolicyWarnings(policy);
          return {
            kind: 'reply',
            changes: [passwordPolicyWritten.make({ name, text })],
            reply: warnings.length === 0 ? {} : { warnings },
          };
        },
      }),
      delete: handler({
        input: named,
        decide(turn, { name }): ReplyDecision {
          const known = findPasswordPolicyText(turn.db, name) !== undefined;
          return { kind: 'reply', changes: known ? [passwordPolicyDeleted.make({ name })] : [], reply: {} };
        },
      }),
    },
  },
  {
    pattern: 'policies/password/:name/generate',
    help: 'Makes a password of a policy; nothing of it is kept.',
    operations: {
      read: handler({
        input: named,
        decide: (turn, { name }): ReplyDecision => ({
          kind: 'reply',
          reply: {
            data: { password: generatePassword(parsePasswordPolicy(textOf(turn, name)), turn.random) },
          },
        }),
      }),
    },
  },
];

function textOf(turn: RequestTurn, name: string): string {
  const text = findPasswordPolicyText(turn.db, name);
  if (text === undefined) throw new KeywardenError('not-found');
  return text;
}
