import type { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { AnyHandler } from '../route.ts';

/** Checks captures, body and query together; captures win. Throws `invalid-request` naming the first bad field. */
export function parseInput(
  handler: AnyHandler,
  captures: Readonly<Record<string, string>>,
  data: Readonly<Record<string, unknown>>,
): unknown {
  const given: Readonly<Record<string, unknown>> = { ...data, ...captures };
  const result = handler.input.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  // zod's messages name types and limits, never the value that was sent.
  const field = issue?.path.join('.') ?? '';
  const [top] = issue?.path ?? [];
  if (typeof top === 'string' && (given[top] === undefined || given[top] === null)) {
    throw new KeywardenError('invalid-request', `missing ${top}`);
  }
  const words = issue === undefined ? 'not valid' : wordsOf(issue);
  throw new KeywardenError('invalid-request', `${field === '' ? 'request' : field}: ${words}`);
}

/** Of several forms that a field may have, the one that came nearest says what is wrong. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message;
  const nearest = issue.errors.flat().find(({ code }) => code !== 'invalid_type');
  return nearest ? wordsOf(nearest) : issue.message;
}
