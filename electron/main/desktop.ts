import { join } from 'node:path';
import type { IpcOutput } from '../../shared/ipc/contract.ts';
import type { IpcEvent } from '../../shared/ipc/events.ts';
import { runtimePaths } from '../../shared/model/runtime-paths.ts';
import type { SealStatusInfo } from '../broker/seal-status.ts';
import { startBroker } from '../broker/start-broker.ts';
import type { CorePorts, Keychain } from '../core/ports.ts';
import type { Desk } from '../ipc/desk.ts';
import { createHeldValues } from '../ipc/held-values.ts';
import { type ClipboardDoor, createTimedClipboard } from '../platform/timed-clipboard.ts';
import { type BrokerDoor, createBrokerDoor } from './broker-door.ts';
import { createDesk } from './desk.ts';
import { openKnownVaults } from './known-vaults.ts';
import { createLiveUpdates } from './live-updates.ts';
import { openPreferences } from './preferences.ts';
import type { ManagedSample } from './sample-database/sample-database.ts';
import { openSeenAlarms } from './seen-alarms.ts';
import type { ListenAddress } from './switches.ts';
import type { VaultDoor } from './vault-door.ts';
import { createVaultPhase, type VaultPhase } from './vault-phase.ts';

/** What the desktop needs of the machine and of Electron; everything else it makes itself. */
export interface DesktopSurroundings {
  readonly ports: CorePorts;
  readonly vaults: VaultDoor;
  readonly keychain: Keychain;
  /** Where preferences and the list of vaults lie. */
  readonly userData: string;
  readonly vaultsFolder: string;
  readonly listen: ListenAddress;
  readonly runtime: Parameters<typeof runtimePaths>[0];
  readonly clipboard: ClipboardDoor;
  readonly sample: ManagedSample | undefined;
  readonly send: (event: IpcEvent) => void;
  readonly replaceWindow: () => Promise<void>;
  readonly chooseFolder: Desk['chooseFolder'];
  readonly chooseBackup: Desk['chooseBackup'];
  readonly saveText: (suggested: string, text: string) => Promise<string | null>;
  readonly preferencesChanged: (preferences: IpcOutput<'app.preferences'>) => void;
  readonly platform: IpcOutput<'app.status'>['platform'];
  readonly version: string;
}

/** The desktop without its windows. */
export interface Desktop {
  readonly desk: Desk;
  readonly phase: VaultPhase;
  readonly broker: BrokerDoor;
  /** Seals and closes every door: nothing of the vault is left when it resolves. */
  close(): Promise<void>;
}

/** Puts the desktop together, and opens the broker's doors (they answer "sealed" until a vault is open). */
export async function assembleDesktop(around: DesktopSurroundings): Promise<Desktop> {
  const { ports, vaults, send, sample } = around;
  const preferences = await openPreferences(join(around.userData, 'preferences.json'));
  const seenAlarms = await openSeenAlarms(join(around.userData, 'seen-alarms.json'));
  const known = await openKnownVaults(join(around.userData, 'vaults.json'));
  const clipboard = createTimedClipboard(around.clipboard, ports.clock, (clearsAt) =>
    send({ kind: 'clipboard', clearsAt }),
  );
  const held = createHeldValues(ports);
  const changed = createLiveUpdates(ports.clock, send);

  /** `kw seal`, or anyone with the right to, over the broker. */
  const sealOnRequest = (): void => {
    phase.seal().catch(() => ports.log('error', 'desktop.not-sealed'));
  };

  const phase: VaultPhase = createVaultPhase({
    ports,
    vaults,
    known,
    keychain: around.keychain,
    hooks: {
      async opened(keywarden, ask) {
        keywarden.watch(changed);
        keywarden.onSealRequest(() => sealOnRequest());
        if (!keywarden.quarantine) await sample?.sweep(ask, keywarden.vaultId);
      },
      async screenClosed() {
        held.forgetAll();
        try {
          await clipboard.clear();
        } finally {
          await around.replaceWindow();
        }
      },
      sealing: async (ask) => sample?.end(ask),
      changed: () => send({ kind: 'status' }),
    },
  });

  const paths = runtimePaths(around.runtime);
  const broker = createBrokerDoor({
    start: () =>
      startBroker({
        core: () => phase.core(),
        status: () => sealStatus(phase),
        listen: around.listen,
        socketPath: paths.socketPath,
        clock: ports.clock,
        log: ports.log,
      }),
    paths,
    log: ports.log,
  });
  await broker.open();
  around.preferencesChanged(preferences.current());

  const desk = createDesk({
    ports,
    phase,
    vaults,
    known,
    keychain: around.keychain,
    preferences,
    seenAlarms,
    broker,
    clipboard,
    held,
    sample,
    chooseFolder: around.chooseFolder,
    chooseBackup: around.chooseBackup,
    saveText: around.saveText,
    preferencesChanged: () => around.preferencesChanged(preferences.current()),
    vaultsFolder: around.vaultsFolder,
    platform: around.platform,
    version: around.version,
  });
  return {
    desk,
    phase,
    broker,
    async close() {
      try {
        await phase.seal();
      } finally {
        held.forgetAll();
        try {
          await clipboard.clear();
        } finally {
          await broker.close();
        }
      }
    },
  };
}

/** What the broker tells anyone: whether there is a vault, and which one while it is open. */
function sealStatus(phase: VaultPhase): SealStatusInfo {
  const state = phase.state();
  return {
    initialized: state.phase !== 'welcome',
    vaultId: state.phase === 'open' || state.phase === 'locked' ? state.keywarden.vaultId : undefined,
  };
}
