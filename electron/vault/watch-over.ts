import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Way } from '../crypto/header-body.ts';
import { NONCE_LENGTH } from '../crypto/secret-box.ts';
import { digestOfSlot, encodeVaultHeader, type VaultHeader } from '../crypto/vault-header.ts';
import type { Head } from './head.ts';
import { HeadMemory, type SeenPosition } from './head-memory.ts';
import { writeHeaderFile } from './header-file.ts';
import { homeRecord, knownHome } from './home-records.ts';
import type { FoundVault, Opening, UnlockedFolder, Verdict } from './open-unlocked-vault.ts';
import type { Place } from './place.ts';
import type { RandomBytes, VaultPorts } from './ports.ts';
import { quarantineOf, quarantineOfDamage } from './quarantine.ts';
import { knownSlots, type Slots, slotRecord } from './slot-records.ts';
import { standingOfSlots, vouchedFor } from './slot-standing.ts';
import type { Vault } from './vault.ts';
import { formatVaultId } from './vault-id.ts';
import { isMissing, removeIfThere } from './write-durably.ts';

/** What watching over an opening takes. */
export interface WatchOverParts {
  readonly unlocked: UnlockedFolder;
  readonly header: VaultHeader;
  readonly way: Way;
  readonly place?: Place | undefined;
  readonly ports: Pick<VaultPorts, 'clock' | 'random'>;
  /** A person has confirmed the vault: it becomes at home here whatever was found. */
  readonly confirmed: boolean;
  /** A damaged vault is looked at as far as it leads. */
  readonly readDamaged?: boolean | undefined;
}

/** Watches that a vault is the one that was left here, and remembers how far it comes. */
export interface WatchOver {
  readonly opening: Opening;
  /** Records what a vault that is opened for good has to say: its slots, its home. */
  settle(vault: Vault): Promise<void>;
}

/** Reads what this machine remembers of the vault, and judges by it. FORMAT.md section 11. */
export async function watchOver({
  unlocked,
  header,
  way,
  place,
  ports: { clock, random },
  confirmed,
  readDamaged,
}: WatchOverParts): Promise<WatchOver> {
  const { files, layout, keys, vaultId } = unlocked;
  const memory = place && new HeadMemory({ files, keys, clock }, place.folder, formatVaultId(vaultId));
  const seen = await memory?.read();
  const restored = await isThere(unlocked, layout.restored);
  let term = 1;
  let since = 1;
  let slots: Slots | undefined;

  const position = ({ sequence, hash, time }: Head): SeenPosition => {
    return { sequence, hash: Buffer.from(hash).toString('hex'), time, term, since };
  };
  const judge = ({ head, term: foundTerm, db, askedHash: hashAtSeen }: FoundVault): Verdict => {
    slots = knownSlots(db);
    const standing = standingOfSlots(header, slots);
    if (slots && standing === 'header-older') refuseRemoved(slots, way);
    const home = knownHome(db);
    term = foundTerm;
    since = home?.since ?? 1;
    const findings = {
      head,
      term,
      seen,
      hashAtSeen,
      slots: standing,
      restored,
      home,
      host: place?.host,
    };
    const quarantine = quarantineOf(findings);
    if (!quarantine) return { kind: 'home' };
    if (!confirmed) return { kind: 'quarantine', quarantine };
    term = Math.max(foundTerm, quarantine.seen?.term ?? 0) + 1;
    since = head.sequence + 1;
    return { kind: 'home', begin: { term, writerId: random(16) } };
  };

  const opening: Opening = {
    asked: seen === undefined || seen === 'unreadable' ? undefined : seen.sequence,
    judge,
    ...(readDamaged && {
      damaged: (damage: string, head: Head) => quarantineOfDamage(damage, { head, term, seen }),
    }),
    appended: (head) => memory?.note(() => position(head)),
    closing: async (head) => {
      // The vault is whole without it; what was seen before stays.
      await memory?.finish(position(head)).catch(() => undefined);
    },
  };

  const settle = async (vault: Vault): Promise<void> => {
    await settleSlots(unlocked, vault, header, slots, random);
    const home = await vault.turn(({ db }) => knownHome(db));
    if (place && (home?.host !== place.host || since !== home.since)) {
      await vault.turn((turn) => {
        turn.record(homeRecord({ host: place.host, term }));
        since = turn.db.get<{ since: number }>('SELECT since FROM vault_home')?.since ?? since;
      });
    }
    if (restored) await removeIfThere(files, layout.restored);
  };
  return { opening, settle };
}

/** SECURITY: an older header is no way back in for a way that was removed. */
function refuseRemoved(slots: Slots, way: Way): void {
  const digest = digestOfSlot(way);
  const known = slots.keyholders.some(({ ways }) => ways.some((slot) => slot.digest === digest));
  if (!known) throw new KeywardenError('unlock-failed');
}

/** Brings header and ledger to one word, now that the vault is opened for good. */
async function settleSlots(
  { files, layout, keys }: UnlockedFolder,
  vault: Vault,
  header: VaultHeader,
  slots: Slots | undefined,
  random: RandomBytes,
): Promise<void> {
  const standing = standingOfSlots(header, slots);
  if (standing === 'same') return;
  let settled = header;
  if (slots && standing === 'header-older') {
    const vouched = vouchedFor(header, slots);
    if (!vouched) throw new KeywardenError('unlock-failed');
    settled = { ...vouched, revision: slots.revision + 1 };
    const bytes = encodeVaultHeader(keys.current, settled, random(NONCE_LENGTH));
    await writeHeaderFile(files, layout, bytes);
  }
  await vault.turn((turn) => turn.record(slotRecord(settled, 'update')));
}

async function isThere({ files }: UnlockedFolder, path: string): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
