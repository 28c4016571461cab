import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Reads a flag of the query as Go's `strconv.ParseBool` does. Throws `invalid-request`. */
export function parseGoBool(text: string | readonly string[]): boolean {
  const first = typeof text === 'string' ? text : (text[0] ?? '');
  if (TRUE.has(first)) return true;
  if (FALSE.has(first)) return false;
  throw new KeywardenError('invalid-request', 'a flag must be true or false');
}
