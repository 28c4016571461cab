import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Keychain } from '../core/ports.ts';

/** What is needed of Electron's safeStorage. */
export interface SafeStorageDoor {
  isEncryptionAvailable(): boolean;
  encryptString(plain: string): Buffer;
  decryptString(sealed: Buffer): string;
  /** Linux alone. */
  getSelectedStorageBackend?(): string;
}

/** Linux backends that keep the key where no other user program can simply read it. */
const REAL_BACKENDS = ['gnome_libsecret', 'kwallet', 'kwallet5', 'kwallet6'];

/**
 * Keeps secrets in files that the platform's keychain alone can open.
 * SECURITY(S3): refused where Electron falls back to a key that stands in its own source (`basic_text`).
 */
export function createKeychain(options: {
  readonly safeStorage: SafeStorageDoor;
  /** `process.platform`. */
  readonly platform: string;
  /** A folder of the user's own. */
  readonly folder: string;
}): Keychain {
  const { safeStorage, platform, folder } = options;
  const path = (vaultId: string): string => {
    if (!/^[0-9a-f]{32}$/.test(vaultId)) throw new TypeError('not a vault id');
    return join(folder, `${vaultId}.keychain`);
  };
  const available = (): boolean => {
    if (!safeStorage.isEncryptionAvailable()) return false;
    if (platform !== 'linux') return true;
    return REAL_BACKENDS.includes(safeStorage.getSelectedStorageBackend?.() ?? 'unknown');
  };
  return {
    available,
    async keep(vaultId, secret) {
      if (!available()) throw new TypeError('the keychain was asked for where there is none');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const sealed = safeStorage.encryptString(Buffer.from(secret).toString('base64'));
      await writeFile(`${path(vaultId)}.new`, sealed, { mode: 0o600 });
      await rename(`${path(vaultId)}.new`, path(vaultId));
    },
    async keeps(vaultId) {
      if (!available()) return false;
      return access(path(vaultId)).then(
        () => true,
        () => false,
      );
    },
    async reveal(vaultId) {
      if (!available()) return undefined;
      try {
        const plain = safeStorage.decryptString(await readFile(path(vaultId)));
        const secret = new Uint8Array(Buffer.from(plain, 'base64'));
        return secret.length === 32 ? secret : undefined;
      } catch {
        // Not kept, or kept by another user or machine: another way in opens the vault.
        return undefined;
      }
    },
    forget: (vaultId) => rm(path(vaultId), { force: true }),
  };
}
