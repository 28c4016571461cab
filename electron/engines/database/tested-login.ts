import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { RotationWork, Tested } from '../../core/rotation/rotation-lifecycle.ts';
import type { DatabaseServer } from './database-plugin.ts';

/** Tries a login: what the server says about it is an answer, everything else is tried again. */
export function tested(
  server: DatabaseServer,
  account: { readonly name: string; readonly password: string },
): RotationWork<Tested> {
  return async (signal) => {
    const door = await server.tryLogin(account, signal);
    switch (door.kind) {
      case 'accepted':
        return { accepted: true, checks: [`${account.name} logged in with the new password`] };
      case 'refused':
        return {
          accepted: false,
          reason: `the server took the new password of ${account.name} and then refused a login with it: ${door.code}`,
        };
      case 'unknown':
        throw new KeywardenError('target-unavailable', door.reason);
      default:
        return door satisfies never;
    }
  };
}
