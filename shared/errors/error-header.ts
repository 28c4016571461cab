import { ERROR_TABLE, type ErrorCode } from './error-table.ts';

/** The broker names the row of the table here, beside Vault's words: `kw` must not guess its exit code from a wording. */
export const ERROR_HEADER = 'X-Keywarden-Error';

/** The code that a broker named; undefined for what is none, or is another status's: then somebody else has answered. */
export function readErrorCode(named: string | string[] | undefined, status: number): ErrorCode | undefined {
  if (typeof named !== 'string' || !Object.hasOwn(ERROR_TABLE, named)) return undefined;
  const code = named as ErrorCode;
  return ERROR_TABLE[code].status === status ? code : undefined;
}
