import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import { admit } from './admit.ts';
import type { Asked } from './asked.ts';
import { type Refused, refuse } from './record-request.ts';

/** Keeps apart what a handler refuses (recorded in this turn) and what a turn cannot survive. */
export function attempt<T>(run: () => T): { readonly value: T } | { readonly thrown: unknown } {
  try {
    return { value: run() };
  } catch (thrown) {
    return { thrown };
  }
}

/** A turn that was undone by a bug still leaves its record, in a turn of its own. */
export async function safeTurn<T>(
  services: CoreServices,
  asked: Asked,
  decideTurn: (turn: Turn) => T,
): Promise<T | Refused> {
  try {
    return await services.turn(decideTurn);
  } catch (thrown) {
    if (
      thrown instanceof KeywardenError &&
      (thrown.code === 'sealed' || thrown.code === 'ledger-unavailable')
    ) {
      throw thrown;
    }
    return await recordFailure(services, asked, thrown);
  }
}

/** Work outside the loop whose failure leaves a record. */
export async function recordingFailure<T>(
  services: CoreServices,
  asked: Asked,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw (await recordFailure(services, asked, thrown)).error;
  }
}

function recordFailure(services: CoreServices, asked: Asked, thrown: unknown): Promise<Refused> {
  return services.turn((turn) => refuse(services, turn, asked, admit(services, turn, asked).token, thrown));
}
