/**
 * SSH certificates: short-lived keys to hosts, and proofs for hosts, without any file of authorized or known keys.
 *
 * Always: the authority's key exists only sealed and signs within the turn; a certificate names whom it is for, unless the role
 * says otherwise in as many words; what a role lays down by default cannot be asked away.
 */
import type { Engine } from '../../core/engine.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { configCaRoute, publicKeyRoute } from './ca-routes.ts';
import { sshRoleListRoute, sshRoleRoute } from './role-route.ts';
import { credsRoute, issueRoute, signRoute } from './sign-routes.ts';
import { findAuthority } from './ssh-authority.ts';
import {
  SSH_CA_REMOVED,
  SSH_CA_SET,
  SSH_ROLE_REMOVED,
  SSH_ROLE_WRITTEN,
  SSH_UNMOUNTED,
} from './ssh-changes.ts';
import { SSH_MIGRATIONS } from './ssh-migrations.ts';

/** The engine behind mounts of type `ssh`. */
export const sshEngine: Engine = {
  type: 'ssh',
  migrations: SSH_MIGRATIONS,
  changes: [SSH_CA_SET, SSH_CA_REMOVED, SSH_ROLE_WRITTEN, SSH_ROLE_REMOVED, SSH_UNMOUNTED],
  routes: [configCaRoute, publicKeyRoute, sshRoleListRoute, sshRoleRoute, signRoute, issueRoute, credsRoute],
  unmounted: (turn, mount) => {
    const authority = findAuthority({ ...turn, mount });
    return [
      SSH_UNMOUNTED.make({ mount: mount.uuid }),
      ...(authority ? [{ type: FORGET_VALUE, data: { hash: authority.key } }] : []),
    ];
  },
};
