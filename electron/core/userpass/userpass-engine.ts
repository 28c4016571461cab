import { FORGET_VALUE } from '../../vault/vault.ts';
import type { Engine } from '../engine.ts';
import { createPasswordHasher } from './hash-password.ts';
import { userRoutes } from './user-routes.ts';
import { selectUsers, userChanges, userMigration, usersUnmounted } from './user-rows.ts';
import { userpassLoginRoute } from './userpass-login.ts';

/** `auth/userpass/`: people with a name and a password, of which only an Argon2id hash is kept, sealed. */
export function userpassEngine(): Engine {
  const hashPassword = createPasswordHasher();
  return {
    type: 'userpass',
    isAuth: true,
    changes: userChanges,
    migrations: [userMigration],
    routes: [...userRoutes(hashPassword), userpassLoginRoute(hashPassword)],
    unmounted: ({ db }, mount) => [
      usersUnmounted.make({ mount: mount.uuid }),
      ...selectUsers(db, mount.uuid).map(({ secret }) => ({ type: FORGET_VALUE, data: { hash: secret } })),
    ],
  };
}
