/**
 * Time-based one-time codes (RFC 6238), both ways: Keywarden as the authenticator that makes them, and as the side that
 * checks them. Always: a secret is told once, when it is made here, and lies sealed; a code is accepted once;
 * whoever guesses at one waits longer and longer.
 */
import type { Engine } from '../../core/engine.ts';
import { codeRoute } from './code-route.ts';
import { keyRoutes } from './key-routes.ts';
import { keysOf, removingKey } from './key-rows.ts';
import { TOTP_CODE_MISSED, TOTP_CODE_USED, TOTP_KEY_REMOVED, TOTP_KEY_WRITTEN } from './totp-changes.ts';
import { TOTP_MIGRATIONS } from './totp-migrations.ts';

/** The engine behind mounts of type `totp`. */
export const totpEngine: Engine = {
  type: 'totp',
  migrations: TOTP_MIGRATIONS,
  changes: [TOTP_KEY_WRITTEN, TOTP_CODE_USED, TOTP_CODE_MISSED, TOTP_KEY_REMOVED],
  routes: [...keyRoutes, codeRoute],
  unmounted: (turn, mount) => keysOf({ ...turn, mount }).flatMap(removingKey),
};
