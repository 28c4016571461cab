import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { damaged } from '../crypto/damaged.ts';
import { deriveEpochKeys } from '../crypto/epoch-keys.ts';
import type { Way } from '../crypto/header-body.ts';
import { calibrateKdf, type KdfRules } from '../crypto/passphrase-kdf.ts';
import { encodeRecoveryKit } from '../crypto/recovery-kit.ts';
import { NONCE_LENGTH } from '../crypto/secret-box.ts';
import { splitSecret } from '../crypto/secret-shares.ts';
import { encodeShare, MOST_SHARES } from '../crypto/share-text.ts';
import { encodeVaultHeader, openVaultHeader, type VaultHeader } from '../crypto/vault-header.ts';
import type { FolderLayout } from './folder-layout.ts';
import type { FolderLock } from './folder-lock.ts';
import {
  type ShareTerms,
  withNewEpoch,
  withNewKeyPair,
  withoutWay,
  withPassphrase,
  withSecretWay,
} from './header-changes.ts';
import { readHeaderFile, writeHeaderFile } from './header-file.ts';
import type { KeyRing } from './key-ring.ts';
import type { RandomBytes, VaultFiles, WallClock } from './ports.ts';
import { knownSlots, slotRecord } from './slot-records.ts';
import { standingOfSlots } from './slot-standing.ts';
import { type RevealedHeader, revealHeader } from './unlock-header.ts';
import type { Vault } from './vault.ts';
import type { WayIn, WaySecret } from './way-in.ts';

/** A way in, as people see it in a list. */
export interface ShownWay {
  readonly id: string;
  readonly kind: Way['kind'];
  readonly keyholder: string;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** Shares alone: how many there are, and how many open. */
  readonly threshold?: number;
  readonly total?: number;
}

/** What takes the place of the keys that open the vault: shares of a secret, or a secret that opens alone. */
export interface NewKeys {
  readonly secret: WaySecret;
  readonly shares?: ShareTerms;
}

/**
 * The ways into an open vault. Whoever changes them shows one anew (`proof`), because the keyholder's private key is not
 * kept; `unlock-failed` where it opens nothing. Each change is whole or not there: header first, then its record.
 */
export interface WaysIn {
  list(): Promise<readonly ShownWay[]>;
  /** @returns the text of a new recovery kit, which nobody can show a second time. */
  addRecoveryKit(proof: WayIn): Promise<string>;
  /** @returns the texts of `total` shares, any `threshold` of which open the vault. */
  addShares(
    proof: WayIn,
    terms: { readonly threshold: number; readonly total: number },
  ): Promise<readonly string[]>;
  /** Lets 32 bytes open the vault that the platform's keychain keeps already. */
  addKeychain(proof: WayIn, secret: Uint8Array): Promise<void>;
  /**
   * Takes a way out. `someone-may-have-it` also starts a new key pair and epoch, for which the proof must be the passphrase.
   * Throws `not-found`, and `invalid-request` for the last way in.
   */
  remove(proof: WayIn, id: string, why: 'not-needed' | 'someone-may-have-it'): Promise<void>;
  /** `another-one`: the old one opens the vault no more. `someone-may-know-it`: nor does it open what comes from now on in any copy. */
  changePassphrase(
    proof: WayIn,
    passphrase: Uint8Array,
    why: 'another-one' | 'someone-may-know-it',
  ): Promise<void>;
  /** Starts a new epoch: what comes from now on is sealed under a new vault key. */
  rekey(proof: WayIn): Promise<void>;
  /** Changes nothing. Throws `unlock-failed` for what does not open the vault. */
  prove(proof: WayIn): Promise<void>;
  /**
   * New keys in the place of all shares and of the way that is shown, and a new epoch. Where no passphrase is left, there is a
   * new key pair as well: the old keys open nothing of what comes from now on, in any copy.
   */
  replaceKeys(proof: WayIn, keys: NewKeys): Promise<void>;
}

/** What changing the ways in takes. */
export interface WaysInParts {
  readonly files: VaultFiles;
  readonly layout: FolderLayout;
  readonly lock: Pick<FolderLock, 'check'>;
  readonly keys: KeyRing;
  readonly vault: Pick<Vault, 'turn' | 'quarantine'>;
  readonly clock: WallClock;
  readonly random: RandomBytes;
  readonly rules: KdfRules;
}

type HeaderChange = (header: VaultHeader, revealed: RevealedHeader) => VaultHeader | Promise<VaultHeader>;

/** The ways into an open vault, and how to end: nothing of the header changes any more once `end` has resolved. */
export function waysInto(parts: WaysInParts): { readonly ways: WaysIn; end(): Promise<void> } {
  const { clock, random, rules } = parts;
  let queue: Promise<unknown> = Promise.resolve();
  let ended = false;
  const goOn = (): void => {
    if (ended) throw new KeywardenError('sealed');
  };
  const change = (proof: WayIn, operation: string, work: HeaderChange): Promise<void> => {
    const result = queue.then(() => changeHeader(parts, proof, operation, work, goOn));
    queue = result.catch(() => undefined);
    return result;
  };
  const newPassphrase = async (passphrase: Uint8Array) => {
    if (passphrase.length === 0) throw new KeywardenError('invalid-request', 'The passphrase is empty.');
    return { passphrase, parameters: await calibrateKdf(rules), rules, addedAt: clock.now() };
  };
  const nextEpoch = (header: VaultHeader, revealed: RevealedHeader): VaultHeader => {
    const key = random(32);
    const changed = withNewEpoch(header, revealed, { key, epoch: header.epoch + 1 }, random);
    parts.keys.prepare(deriveEpochKeys(key, revealed.vaultId, changed.epoch));
    key.fill(0);
    return changed;
  };
  const ways: WaysIn = {
    async list() {
      const header = openVaultHeader(parts.keys.current, await readHeaderFile(parts.files, parts.layout));
      return header.keyholders.flatMap(({ name, ways }) => ways.map((way) => shown(name, way)));
    },

    async addRecoveryKit(proof) {
      const bytes = random(32);
      try {
        await change(proof, 'create', (header, revealed) =>
          withSecretWay(header, revealed, { kind: 'recovery-kit', bytes }, { addedAt: clock.now() }, random),
        );
        return encodeRecoveryKit(bytes);
      } finally {
        bytes.fill(0);
      }
    },

    async addShares(proof, { threshold, total }) {
      if (!(2 <= threshold && threshold <= total && total <= MOST_SHARES)) {
        throw new KeywardenError(
          'invalid-request',
          `There can be 2 to ${MOST_SHARES} shares, and 2 or more must open.`,
        );
      }
      const bytes = random(32);
      const set = Buffer.from(random(4)).toString('hex');
      try {
        await change(proof, 'create', (header, revealed) => {
          const added = { addedAt: clock.now(), shares: { set, threshold, total } };
          return withSecretWay(header, revealed, { kind: 'shares', bytes }, added, random);
        });
        return splitSecret(bytes, { threshold, total }, random).map(({ x, y }) =>
          encodeShare({ threshold, x, set, y }),
        );
      } finally {
        bytes.fill(0);
      }
    },

    addKeychain: (proof, bytes) =>
      change(proof, 'create', (header, revealed) =>
        withSecretWay(header, revealed, { kind: 'keychain', bytes }, { addedAt: clock.now() }, random),
      ),

    remove: (proof, id, why) =>
      change(proof, 'delete', async (header, revealed) => {
        const without = withoutWay(header, id);
        if (why === 'not-needed') return without;
        if (!('passphrase' in proof)) {
          throw new KeywardenError('invalid-request', 'This takes the passphrase.');
        }
        const keyholder = without.keyholders.find((holder) => holder.id === revealed.keyholder.id);
        const left = { ...revealed, keyholder: keyholder ?? revealed.keyholder };
        const renewed = await withNewKeyPair(without, left, await newPassphrase(proof.passphrase), random);
        return nextEpoch(renewed, revealed);
      }),

    changePassphrase: (proof, passphrase, why) =>
      change(proof, 'update', async (header, revealed) => {
        const wanted = await newPassphrase(passphrase);
        if (why === 'another-one') return withPassphrase(header, revealed, wanted, random);
        return nextEpoch(await withNewKeyPair(header, revealed, wanted, random), revealed);
      }),

    rekey: (proof) => change(proof, 'rotate', nextEpoch),

    async prove(proof) {
      const read = await readHeaderFile(parts.files, parts.layout);
      openVaultHeader(parts.keys.current, read);
      (await revealHeader(read, proof, rules)).wipe();
    },

    replaceKeys: (proof, { secret, shares }) =>
      change(proof, 'rotate', async (header, revealed) => {
        const added = { addedAt: clock.now(), ...(shares && { shares }) };
        const replaced = revealed.keyholder.ways.filter(
          ({ id, kind }) => kind === 'shares' || (kind !== 'passphrase' && id === revealed.way.id),
        );
        const without = replaced.reduce(
          (changed, { id }) => withoutWay(changed, id),
          withSecretWay(header, revealed, secret, added, random),
        );
        const left = without.keyholders.find(({ id }) => id === revealed.keyholder.id) ?? revealed.keyholder;
        if (left.ways.some(({ kind }) => kind === 'passphrase')) return nextEpoch(without, revealed);
        const renewed = await withNewKeyPair(without, { ...revealed, keyholder: left }, undefined, random);
        return nextEpoch(renewed, revealed);
      }),
  };
  return {
    ways,
    async end() {
      ended = true;
      await queue;
    },
  };
}

async function changeHeader(
  { files, layout, lock, keys, vault, random, rules }: WaysInParts,
  proof: WayIn,
  operation: string,
  work: HeaderChange,
  goOn: () => void,
): Promise<void> {
  goOn();
  // Nothing in the folder of a quarantined vault changes.
  if (vault.quarantine) throw new KeywardenError('vault-quarantined');
  await lock.check();
  const read = await readHeaderFile(files, layout);
  // Nothing is sealed to a slot that somebody without the vault key may have put there.
  const header = openVaultHeader(keys.current, read);
  await recordSlots(vault, header);
  const revealed = await revealHeader(read, proof, rules);
  try {
    const revision = header.revision + 1;
    const changed: VaultHeader = { ...(await work(header, revealed)), revision };
    // Deriving keys took its time: whoever closes the vault meanwhile waits for no more than that.
    goOn();
    const newEpoch = changed.epoch !== header.epoch;
    const newest = newEpoch ? keys.prepared(changed.epoch) : keys.current;
    await lock.check();
    const old = encodeVaultHeader(keys.current, header, random(NONCE_LENGTH));
    try {
      await writeHeaderFile(files, layout, encodeVaultHeader(newest, changed, random(NONCE_LENGTH)));
    } catch (error) {
      // It may be in place for all that: then the answer would be wrong.
      await putBack(files, layout, old);
      throw error;
    }
    if (newEpoch) keys.begin(changed.epoch);
    try {
      await vault.turn((turn) => turn.record(slotRecord(changed, operation)));
    } catch (error) {
      // A new epoch may have reached the ledger: it stays, and its record is made up for at the next change or opening.
      if (!newEpoch) await putBack(files, layout, old);
      throw error;
    }
  } finally {
    revealed.wipe();
  }
}

/** The old header, as far as the disk lets us; otherwise the change is made, and recorded later. */
async function putBack(files: VaultFiles, layout: FolderLayout, bytes: Uint8Array): Promise<void> {
  await writeHeaderFile(files, layout, bytes).catch(() => undefined);
}

/**
 * Records a change of the header whose record was not written any more. Throws `vault-damaged` where the header is not
 * the one that the ledger knows.
 */
export async function recordSlots(vault: Pick<Vault, 'turn'>, header: VaultHeader): Promise<void> {
  await vault.turn((turn) => {
    const standing = standingOfSlots(header, knownSlots(turn.db));
    if (standing === 'unrecorded') turn.record(slotRecord(header, 'update'));
    else if (standing !== 'same') throw damaged('vault.kwh is not the one that the ledger knows');
  });
}

function shown(keyholder: string, way: Way): ShownWay {
  const { id, kind, addedAt } = way;
  const { threshold, total } = way.kind === 'shares' ? way : {};
  return { id, kind, keyholder, addedAt, ...(threshold && { threshold }), ...(total && { total }) };
}
