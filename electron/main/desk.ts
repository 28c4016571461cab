import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { IpcOutput } from '../../shared/ipc/contract.ts';
import type { CorePorts, Keychain } from '../core/ports.ts';
import type { Desk, SampleDatabase, SeenAlarms } from '../ipc/desk.ts';
import type { HeldValues } from '../ipc/held-values.ts';
import type { Keywarden } from '../keywarden.ts';
import type { TimedClipboard } from '../platform/timed-clipboard.ts';
import type { BrokerDoor } from './broker-door.ts';
import type { KnownVaults } from './known-vaults.ts';
import type { PreferencesStore } from './preferences.ts';
import type { ManagedSample } from './sample-database/sample-database.ts';
import type { VaultDoor } from './vault-door.ts';
import { freeFolder, wholeFolder } from './vault-folder.ts';
import type { VaultPhase } from './vault-phase.ts';

/** What the desk is put together from. */
export interface DeskParts {
  readonly ports: CorePorts;
  readonly phase: VaultPhase;
  readonly vaults: VaultDoor;
  readonly known: KnownVaults;
  readonly keychain: Keychain;
  readonly preferences: PreferencesStore;
  readonly seenAlarms: SeenAlarms;
  readonly broker: BrokerDoor;
  readonly clipboard: TimedClipboard;
  readonly held: HeldValues;
  /** Absent where there is no embedded PostgreSQL. */
  readonly sample: ManagedSample | undefined;
  readonly chooseFolder: Desk['chooseFolder'];
  readonly chooseBackup: Desk['chooseBackup'];
  /** Asks where to, and writes; null when the person cancels. */
  readonly saveText: (suggested: string, text: string) => Promise<string | null>;
  /** Called after the preferences were written. */
  readonly preferencesChanged: () => void;
  /** Where new vaults lie by default. */
  readonly vaultsFolder: string;
  readonly platform: IpcOutput<'app.status'>['platform'];
  readonly version: string;
}

/** Puts the desktop's parts together into what the window's requests may use. */
export function createDesk(parts: DeskParts): Desk {
  const { phase, clipboard, preferences, ports } = parts;
  return {
    now: () => ports.clock.now(),
    status: () => describeDesk(parts),
    preferences: () => preferences.current(),
    async setPreferences(next) {
      await preferences.write(next);
      parts.preferencesChanged();
    },
    suggestFolder: (name) => freeFolder(parts.vaultsFolder, name),
    chooseFolder: parts.chooseFolder,
    create: async ({ name, directory, passphrase }) =>
      phase.create(name.trim(), wholeFolder(directory), passphrase),
    async unlock({ directory, ...typed }) {
      const folder = wholeFolder(directory);
      if ('keychain' in typed) return phase.unlockByKeychain(folder);
      const { readDamaged = false, ...wayIn } = typed;
      await phase.unlock(folder, wayIn, readDamaged);
    },
    chooseBackup: parts.chooseBackup,
    restore: async ({ backup, directory, ...typed }) =>
      phase.restore(wholeFolder(backup), wholeFolder(directory), typed),
    confirm: () => phase.confirm(),
    revealRecoveryKit: () => phase.kit.reveal(),
    saveRecoveryKit: () => parts.saveText('keywarden-recovery-kit.txt', kitAsText(parts)),
    recoveryKitKept: ({ group, typed }) => phase.kit.kept(group, typed),
    newRecoveryKit: (passphrase) => phase.newKit(passphrase),
    setKeychain: ({ passphrase, on }) => phase.setKeychain(passphrase, on),
    backups: () => describeBackups(parts),
    async backUp() {
      const state = phase.state();
      const kept = state.phase === 'open' ? state.keywarden.backups : undefined;
      if (!kept) throw new KeywardenError('not-available', 'No backups are kept of this vault.');
      await kept.make();
    },
    forget: (directory) => phase.forget(directory),
    lock: () => phase.lock(),
    seal: () => phase.seal(),
    ask: phase.ask,
    copy: (text) => clipboard.copy(text, preferences.current().clipboardSeconds),
    clearClipboard: () => clipboard.clear(),
    held: parts.held,
    sample: sampleFor(parts),
    seenAlarms: parts.seenAlarms,
    brokerAddress: () => parts.broker.address(),
  };
}

/** The sample, asked for by the signed-in member. */
function sampleFor({ sample, phase }: DeskParts): SampleDatabase {
  const present = (): ManagedSample => {
    if (sample) return sample;
    throw new KeywardenError('not-available');
  };
  return {
    state: () => sample?.state() ?? { state: 'absent', address: null },
    start: async () => {
      const state = phase.state();
      // Anything but an open vault is refused by the first request.
      const vaultId = state.phase === 'open' ? state.keywarden.vaultId : '';
      await present().start(phase.ask, vaultId);
    },
    stop: async () => present().stop(phase.ask),
  };
}

async function describeDesk(parts: DeskParts): Promise<IpcOutput<'app.status'>> {
  const state = parts.phase.state();
  const isOpen = state.phase === 'open' || state.phase === 'locked';
  const knownVaults = await Promise.all(
    parts.known.list().map(async ({ directory, name }) => {
      const { id, problem } = await parts.vaults.look(directory);
      const keychain = id !== undefined && (await parts.keychain.keeps(id));
      return { directory, name, present: problem === null, problem, keychain };
    }),
  );
  return {
    phase: state.phase,
    vault: isOpen ? { id: state.keywarden.vaultId, ...state.vault } : null,
    quarantine: (isOpen && describeQuarantine(state.keywarden)) || null,
    recoveryKitWaits: state.phase === 'open' && parts.phase.kit.waits(),
    knownVaults,
    broker: parts.broker.status(parts.phase.core() !== undefined),
    nextTryAt: parts.phase.nextTryAt(),
    clipboardClearsAt: parts.clipboard.clearsAt(),
    keychainAvailable: parts.keychain.available(),
    sampleAvailable: parts.sample !== undefined,
    platform: parts.platform,
    version: parts.version,
  };
}

function describeQuarantine({ quarantine }: Keywarden): IpcOutput<'app.status'>['quarantine'] {
  if (!quarantine) return null;
  return { ...quarantine, seen: quarantine.seen ?? null, damage: quarantine.damage ?? null };
}

async function describeBackups({ phase, vaults }: DeskParts): Promise<IpcOutput<'vault.backups'>> {
  const state = phase.state();
  if (state.phase !== 'open' || !state.keywarden.backups) return { folder: null, newestAt: null, count: 0 };
  const { directory } = state.vault;
  const kept = await vaults.backups(directory, state.keywarden.vaultId);
  return {
    folder: vaults.backupFolder(directory),
    newestAt: kept[0]?.madeAt ?? null,
    count: kept.length,
  };
}

/** What is printed or saved: enough to find the vault again, and how to use it. */
function kitAsText({ phase }: DeskParts): string {
  const state = phase.state();
  const name = state.phase === 'open' ? state.vault.name : '';
  const groups = phase.kit.reveal().split('-');
  const lines = [groups.slice(0, 7), groups.slice(7)].map((line) => line.join('-'));
  return [
    `Keywarden recovery kit for ${name}`,
    '',
    ...lines,
    '',
    'This opens the vault alone, with or without the passphrase. Keep it where you keep what must not be lost or found.',
    'To use it: choose "Use the recovery kit" where Keywarden asks for the passphrase.',
    '',
  ].join('\n');
}
