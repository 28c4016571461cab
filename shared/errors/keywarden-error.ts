import { ERROR_TABLE, type ErrorCode } from './error-table.ts';

/**
 * The only error that Keywarden throws on purpose.
 *
 * `message` is a safe sentence: it may be shown to whoever asked, so it never holds a secret or a stack.
 * `cause` stays inside the process.
 */
export class KeywardenError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message?: string, options?: { cause?: unknown }) {
    super(message ?? ERROR_TABLE[code].words, options);
    this.name = 'KeywardenError';
    this.code = code;
  }
}

/** The text for Vault's clients: what the thrower said, else the exact wire text, else our words. */
export function wireText(error: KeywardenError): string {
  const row: { words: string; wire?: string } = ERROR_TABLE[error.code];
  return error.message === row.words ? (row.wire ?? row.words) : error.message;
}

/** Turns anything thrown into one of ours, so that no door can leak a stranger's message. */
export function asKeywardenError(thrown: unknown): KeywardenError {
  return thrown instanceof KeywardenError
    ? thrown
    : new KeywardenError('internal', undefined, { cause: thrown });
}
