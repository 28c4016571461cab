import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { MOST_SHARES } from '../../crypto/share-text.ts';
import type { KeyTerms } from '../../crypto/unseal-key.ts';

/** Reads how many keys are wanted. Throws `invalid-request`, in words that begin with `what`. */
export function readKeyTerms(body: Readonly<Record<string, unknown>>, what: string): KeyTerms {
  const total = readCount(body, 'secret_shares');
  const threshold = readCount(body, 'secret_threshold');
  if (threshold > total || (total > 1 && threshold < 2)) {
    throw new KeywardenError('invalid-request', `${what}: invalid threshold`);
  }
  return { threshold, total };
}

function readCount(body: Readonly<Record<string, unknown>>, name: string): number {
  const count = Number(body[name] ?? Number.NaN);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_SHARES) return count;
  throw new KeywardenError('invalid-request', `${name} must be a whole number from 1 to ${MOST_SHARES}`);
}
