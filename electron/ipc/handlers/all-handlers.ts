import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';
import { alarmsHandlers } from './alarms-handlers.ts';
import { appHandlers } from './app-handlers.ts';
import { appsHandlers } from './apps-handlers.ts';
import { clipboardHandlers } from './clipboard-handlers.ts';
import { databasesHandlers } from './databases-handlers.ts';
import { keycardsHandlers } from './keycards-handlers.ts';
import { loginsHandlers } from './logins-handlers.ts';
import { revocationsHandlers } from './revocations-handlers.ts';
import { rotationsHandlers } from './rotations-handlers.ts';
import { secretsHandlers } from './secrets-handlers.ts';
import { vaultHandlers } from './vault-handlers.ts';

/** A handler for every channel of the contract. */
export function allHandlers(desk: Desk): Handlers {
  return {
    ...appHandlers(desk),
    ...vaultHandlers(desk),
    ...secretsHandlers(desk),
    ...databasesHandlers(desk),
    ...keycardsHandlers(desk),
    ...revocationsHandlers(desk),
    ...rotationsHandlers(desk),
    ...alarmsHandlers(desk),
    ...appsHandlers(desk),
    ...loginsHandlers(desk),
    ...clipboardHandlers(desk),
  };
}
