import type { ErrorCode } from '../errors/error-table.ts';

/** What crosses the wall: the value, or a code and a safe sentence. Never a stack. SECURITY(I5) */
export type IpcReply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: { readonly code: ErrorCode; readonly message: string } };
