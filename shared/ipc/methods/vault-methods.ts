import { z } from 'zod';
import { instant } from '../fields.ts';
import { method, nothing } from '../method.ts';
import { status } from './app-methods.ts';

const passphrase = z.string().min(1).max(1024);
const directory = z.string().min(1).max(4096);
const recoveryKit = z.string().min(1).max(1024);
/** A damaged vault is to be looked at, as far as it can be read. */
const readDamaged = z.literal(true).optional();

const backups = z.object({
  /** Null where none are kept. */
  folder: z.string().nullable(),
  newestAt: instant.nullable(),
  count: z.number().int().nonnegative(),
});

/** Making, opening, locking and sealing the vault, and what brings it back. */
export const VAULT_METHODS = {
  /** Where a new vault of that name would lie. */
  'vault.suggestFolder': method(
    z.strictObject({ name: z.string().max(100) }),
    z.object({ directory: z.string() }),
  ),
  /** Shows the platform's folder dialog; null when the person cancels. */
  'vault.chooseFolder': method(
    z.strictObject({ purpose: z.enum(['create', 'open']) }),
    z.object({ directory: z.string().nullable() }),
  ),
  'vault.create': method(
    z.strictObject({
      name: z.string().trim().min(1).max(100),
      directory: z.string().min(1).max(4096),
      passphrase,
    }),
    status,
  ),
  /** Opens a sealed vault, or unlocks the locked desktop. */
  'vault.unlock': method(
    z.union([
      z.strictObject({ directory, passphrase, readDamaged }),
      z.strictObject({ directory, recoveryKit, readDamaged }),
      /** A sealed vault alone: a locked screen wants to see a person. */
      z.strictObject({ directory, keychain: z.literal(true) }),
    ]),
    status,
  ),
  /** Shows the platform's file dialog; null when the person cancels. */
  'vault.chooseBackup': method(nothing, z.object({ file: z.string().nullable() })),
  /** Puts a vault back from a backup and opens it, quarantined. */
  'vault.restore': method(
    z.union([
      z.strictObject({ backup: directory, directory, passphrase }),
      z.strictObject({ backup: directory, directory, recoveryKit }),
    ]),
    status,
  ),
  /** The quarantined vault is the one to go on with. */
  'vault.confirm': method(nothing, status),
  'vault.revealRecoveryKit': method(nothing, z.object({ kit: z.string() })),
  /** Writes the kit where the person says; null when they cancel. */
  'vault.saveRecoveryKit': method(nothing, z.object({ file: z.string().nullable() })),
  /** The person has put the kit away, and copies one group back. */
  'vault.recoveryKitKept': method(
    z.strictObject({ group: z.number().int().min(1).max(14), typed: z.string().max(64) }),
    status,
  ),
  /** Makes a recovery kit in the place of the one that is there. */
  'vault.newRecoveryKit': method(z.strictObject({ passphrase }), status),
  /** Lets this machine's keychain open the vault, or no longer. */
  'vault.setKeychain': method(z.strictObject({ passphrase, on: z.boolean() }), status),
  'vault.backups': method(nothing, backups),
  'vault.backUp': method(nothing, backups),
  /** Takes a vault off the list; the folder stays. */
  'vault.forget': method(z.strictObject({ directory: z.string().min(1).max(4096) }), status),
  'vault.lock': method(nothing, status),
  'vault.seal': method(nothing, status),
} as const;
