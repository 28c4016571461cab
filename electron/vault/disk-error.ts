import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

/** Runs work on the disk; what the operating system refuses becomes `ledger-unavailable`, whose words hold no path. */
export async function translatingDiskErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KeywardenError || typeof (error as { errno?: unknown }).errno !== 'number')
      throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw new KeywardenError('ledger-unavailable', `The vault's folder cannot be used right now (${code}).`, {
      cause: error,
    });
  }
}
