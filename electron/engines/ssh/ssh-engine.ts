/**
 * SSH certificates: short-lived keys to hosts, and proofs for hosts, without any file of authorized or known keys.
 *
 * Always: the authority's key exists only sealed and signs within the turn; a certificate names whom it is for, unless the role
 * says otherwise in as many words; what a role lays down by default cannot be asked away. Passwords for one login, for hosts that
 * cannot check certificates, are known by their keyed hash alone.
 */
import type { Engine } from '../../core/engine.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { caRotation } from './ca-rotation.ts';
import { configCaRoute, publicKeyRoute } from './ca-routes.ts';
import { OTP_CHANGES, OTP_MIGRATION, OTPS_UNMOUNTED } from './otp-changes.ts';
import { lookupRoute, otpCredsRoute, otpLeases, verifyRoute } from './otp-routes.ts';
import { sshRoleListRoute, sshRoleRoute } from './role-route.ts';
import { caRotationRoute } from './rotation-route.ts';
import { issueRoute, signRoute } from './sign-routes.ts';
import { findAuthority, findNextKey } from './ssh-authority.ts';
import {
  SSH_CA_REMOVED,
  SSH_CA_ROTATED,
  SSH_CA_SET,
  SSH_ROLE_REMOVED,
  SSH_ROLE_WRITTEN,
  SSH_UNMOUNTED,
} from './ssh-changes.ts';
import { SSH_MIGRATIONS } from './ssh-migrations.ts';

/** The engine behind mounts of type `ssh`. */
export const sshEngine: Engine = {
  type: 'ssh',
  migrations: [...SSH_MIGRATIONS, OTP_MIGRATION],
  changes: [
    SSH_CA_SET,
    SSH_CA_ROTATED,
    SSH_CA_REMOVED,
    SSH_ROLE_WRITTEN,
    SSH_ROLE_REMOVED,
    SSH_UNMOUNTED,
    ...OTP_CHANGES,
  ],
  routes: [
    configCaRoute,
    publicKeyRoute,
    sshRoleListRoute,
    sshRoleRoute,
    signRoute,
    issueRoute,
    otpCredsRoute,
    verifyRoute,
    lookupRoute,
    caRotationRoute,
  ],
  leases: otpLeases,
  rotations: caRotation,
  unmounted: (turn, mount) => {
    const own = { ...turn, mount };
    const keys = [findAuthority(own)?.key, findNextKey(own)?.key].filter((key) => key !== undefined);
    return [
      SSH_UNMOUNTED.make({ mount: mount.uuid }),
      OTPS_UNMOUNTED.make({ mount: mount.uuid }),
      ...keys.map((hash) => ({ type: FORGET_VALUE, data: { hash } })),
    ];
  },
};
