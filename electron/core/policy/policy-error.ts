import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

/** A policy that does not parse: says where, counted from 1, and what. */
export function policyError(text: string, offset: number, what: string): KeywardenError {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return new KeywardenError('policy-invalid', `line ${line}, column ${column}: ${what}`);
}
