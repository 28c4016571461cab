import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

type VaultChannel =
  | 'vault.suggestFolder'
  | 'vault.chooseFolder'
  | 'vault.create'
  | 'vault.unlock'
  | 'vault.forget'
  | 'vault.lock'
  | 'vault.seal';

/** Making, opening, locking and sealing the vault. */
export function vaultHandlers(desk: Desk): Pick<Handlers, VaultChannel> {
  const thenStatus = async (done: Promise<void>): ReturnType<Desk['status']> => {
    await done;
    return desk.status();
  };
  return {
    'vault.suggestFolder': async ({ name }) => ({ directory: await desk.suggestFolder(name) }),
    'vault.chooseFolder': async ({ purpose }) => ({ directory: await desk.chooseFolder(purpose) }),
    'vault.create': (input) => thenStatus(desk.create(input)),
    'vault.unlock': (input) => thenStatus(desk.unlock(input)),
    'vault.forget': ({ directory }) => thenStatus(desk.forget(directory)),
    'vault.lock': () => thenStatus(desk.lock()),
    'vault.seal': () => thenStatus(desk.seal()),
  };
}
