import type { VAULT_METHODS } from '../../../shared/ipc/methods/vault-methods.ts';
import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

/** Making, opening, locking and sealing the vault. */
export function vaultHandlers(desk: Desk): Pick<Handlers, keyof typeof VAULT_METHODS> {
  const thenStatus = async (done: Promise<void>): ReturnType<Desk['status']> => {
    await done;
    return desk.status();
  };
  return {
    'vault.suggestFolder': async ({ name }) => ({ directory: await desk.suggestFolder(name) }),
    'vault.chooseFolder': async ({ purpose }) => ({ directory: await desk.chooseFolder(purpose) }),
    'vault.create': (input) => thenStatus(desk.create(input)),
    'vault.unlock': (input) => thenStatus(desk.unlock(input)),
    'vault.chooseBackup': async () => ({ file: await desk.chooseBackup() }),
    'vault.restore': (input) => thenStatus(desk.restore(input)),
    'vault.confirm': () => thenStatus(desk.confirm()),
    'vault.revealRecoveryKit': () => ({ kit: desk.revealRecoveryKit() }),
    'vault.saveRecoveryKit': async () => ({ file: await desk.saveRecoveryKit() }),
    'vault.recoveryKitKept': (input) => {
      desk.recoveryKitKept(input);
      return desk.status();
    },
    'vault.newRecoveryKit': ({ passphrase }) => thenStatus(desk.newRecoveryKit(passphrase)),
    'vault.setKeychain': (input) => thenStatus(desk.setKeychain(input)),
    'vault.backups': () => desk.backups(),
    'vault.backUp': async () => {
      await desk.backUp();
      return desk.backups();
    },
    'vault.forget': ({ directory }) => thenStatus(desk.forget(directory)),
    'vault.lock': () => thenStatus(desk.lock()),
    'vault.seal': () => thenStatus(desk.seal()),
  };
}
