import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { AnyHandler } from '../engine.ts';

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
  throw new KeywardenError(
    'invalid-request',
    `${field === '' ? 'request' : field}: ${issue?.message ?? 'not valid'}`,
  );
}
