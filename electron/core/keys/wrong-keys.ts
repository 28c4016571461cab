import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

/** Says in a client's words that the keys which have come do not open the vault; passes on everything else. */
export async function tellingWrongKeys<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (!(thrown instanceof KeywardenError) || thrown.code !== 'unlock-failed') throw thrown;
    throw new KeywardenError(
      'invalid-request',
      'the keys that were given do not open this vault: give all of them again',
    );
  }
}
