import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

/**
 * For when another server answers than the one that made a user. There the user is not found, and its password refused, and
 * neither is a proof.
 *
 * @param butPerhaps what else it might be, in brackets after a blank
 */
export function anotherServer(butPerhaps = ''): KeywardenError {
  return new KeywardenError(
    'target-unavailable',
    `another server answers at that address than the one that made the user${butPerhaps}; if that one is gone for good, force the revocation`,
  );
}
