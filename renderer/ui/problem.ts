import { ERROR_TABLE, type ErrorCode } from '../../shared/errors/error-table.ts';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

/** What went wrong, in a form that a screen can show. */
export interface Problem {
  readonly code: ErrorCode;
  readonly words: string;
}

/** Turns anything thrown into words for a person. A stranger's message is never shown. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof KeywardenError) return { code: thrown.code, words: thrown.message };
  return { code: 'internal', words: ERROR_TABLE.internal.words };
}
