import type { Keychain } from '../core/ports.ts';
import type { RandomBytes } from '../vault/ports.ts';
import type { WayIn } from '../vault/way-in.ts';
import type { WaysIn } from '../vault/ways-in.ts';

/**
 * Lets the keychain open a vault, or no longer. It keeps the new secret before the vault knows it, so that a crash leaves
 * a secret that opens nothing; the secrets that it kept before open nothing more.
 */
export async function changeKeychain(
  {
    ways,
    keychain,
    vaultId,
    wayIn,
    random,
  }: {
    readonly ways: WaysIn;
    readonly keychain: Keychain;
    readonly vaultId: string;
    readonly wayIn: WayIn;
    readonly random: RandomBytes;
  },
  on: boolean,
): Promise<void> {
  const old = (await ways.list()).filter(({ kind }) => kind === 'keychain');
  if (on) {
    const secret = random(32);
    try {
      await keychain.keep(vaultId, secret);
      await ways.addKeychain(wayIn, secret);
    } finally {
      secret.fill(0);
    }
  }
  for (const { id } of old) await ways.remove(wayIn, id, 'not-needed');
  if (!on) await keychain.forget(vaultId);
}
