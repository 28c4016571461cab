import type { KeyVersion, TransitKey } from './key-rows.ts';
import { canDerive, canEncrypt, canSign } from './key-types.ts';

const CURVES: Readonly<Record<string, string>> = {
  'ecdsa-p256': 'P-256',
  'ecdsa-p384': 'P-384',
  'ecdsa-p521': 'P-521',
};

/** A key as `keys/:name` shows it: versions with their age in seconds since 1970, or with their public halves. */
export function describeKey(key: TransitKey, all: readonly KeyVersion[]): Record<string, unknown> {
  const versions = all.filter(({ version }) => version >= key.minDecryption);
  const shown = versions.map(({ version, createdAt, public: pem }) => {
    if (pem === '') return [version, Math.floor(createdAt / 1000)] as const;
    const name = CURVES[key.type] ?? key.type;
    const publicKey = key.type === 'ed25519' ? (key.derived ? '' : rawEd25519(pem)) : pem;
    return [
      version,
      { creation_time: new Date(createdAt).toISOString(), name, public_key: publicKey },
    ] as const;
  });
  return {
    name: key.name,
    type: key.type,
    derived: key.derived,
    ...(key.derived ? { kdf: 'hkdf_sha256', convergent_encryption: key.convergent } : {}),
    ...(key.convergent ? { convergent_encryption_version: 3 } : {}),
    deletion_allowed: key.deletionAllowed,
    exportable: key.exportable,
    allow_plaintext_backup: key.plaintextBackup,
    auto_rotate_period: key.autoRotatePeriod,
    imported_key: false,
    latest_version: key.latest,
    min_available_version: key.minAvailable,
    min_decryption_version: key.minDecryption,
    min_encryption_version: key.minEncryption,
    supports_encryption: canEncrypt(key.type),
    supports_decryption: canEncrypt(key.type),
    supports_signing: canSign(key.type),
    supports_derivation: canDerive(key.type),
    keys: Object.fromEntries(shown),
  };
}

/** The 32 bytes of a public key, in base64, as Vault shows them: the last of its SPKI. */
export function rawEd25519(pem: string): string {
  return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
    .subarray(-32)
    .toString('base64');
}
