/**
 * Which vault is chosen, and how far it is open: welcome -> sealed -> open <-> locked. Every way between them is here,
 * one at a time. Locked: the screen is closed and the session is over, while the broker goes on serving. Sealed: no key
 * is left in memory.
 */
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { CorePorts, Keychain } from '../core/ports.ts';
import type { Core } from '../core/request.ts';
import type { Ask } from '../ipc/desk.ts';
import type { Keywarden } from '../keywarden.ts';
import type { WayIn } from '../vault/way-in.ts';
import { askCore } from './ask-core.ts';
import { changeKeychain } from './change-keychain.ts';
import type { KnownVault, KnownVaults } from './known-vaults.ts';
import { createPendingKit, type PendingKit } from './pending-kit.ts';
import { type TypedWayIn, withTypedWayIn } from './typed-way-in.ts';
import { createUnlockTries } from './unlock-tries.ts';
import type { VaultDoor } from './vault-door.ts';

/** Where the desktop stands. */
export type PhaseState =
  | { readonly phase: 'welcome' }
  | { readonly phase: 'sealed'; readonly vault: KnownVault }
  | { readonly phase: 'locked'; readonly vault: KnownVault; readonly keywarden: Keywarden }
  | {
      readonly phase: 'open';
      readonly vault: KnownVault;
      readonly keywarden: Keywarden;
      readonly session: string;
    };

/** What happens around a change of phase. */
export interface PhaseHooks {
  /** A vault has just been opened (not: unlocked again). */
  opened(keywarden: Keywarden, ask: Ask): Promise<void>;
  /** The screen closes: forget what is held for it, replace its process. */
  screenClosed(): Promise<void>;
  /** The vault is about to be closed: end what cannot live without it. */
  sealing(ask: Ask): Promise<void>;
  changed(): void;
}

/** The state machine. */
export interface VaultPhase {
  state(): PhaseState;
  /** For the broker: there whenever a vault is open or locked. */
  core(): Core | undefined;
  /** The signed-in member's requests. Throws `sealed` or `locked`. */
  readonly ask: Ask;
  /** When the next passphrase may be tried, in milliseconds since 1970. */
  nextTryAt(): number | null;
  create(name: string, directory: string, passphrase: string): Promise<void>;
  /** With `readDamaged`, a damaged vault is opened as far as it can be read, quarantined. */
  unlock(directory: string, typed: TypedWayIn, readDamaged?: boolean): Promise<void>;
  /** Opens a sealed vault with what this machine's keychain keeps. A locked screen wants to see a person. */
  unlockByKeychain(directory: string): Promise<void>;
  /** Lets this machine's keychain open the vault, or no longer. SECURITY(S3): never as the only way in. */
  setKeychain(passphrase: string, on: boolean): Promise<void>;
  /** Puts a vault back from a backup and opens it, quarantined. */
  restore(backup: string, directory: string, typed: TypedWayIn): Promise<void>;
  /** A person has looked at the quarantine: the open vault is the one to go on with. */
  confirm(): Promise<void>;
  /** The recovery kit that nobody has put away yet. */
  readonly kit: PendingKit;
  /** Makes a recovery kit in the place of those that are there; it waits in `kit`. */
  newKit(passphrase: string): Promise<void>;
  forget(directory: string): Promise<void>;
  lock(): Promise<void>;
  seal(): Promise<void>;
}

/** Starts with the vault that was used last, sealed; or with the welcome. */
export function createVaultPhase(options: {
  readonly ports: CorePorts;
  readonly vaults: VaultDoor;
  readonly known: KnownVaults;
  readonly keychain: Keychain;
  readonly hooks: PhaseHooks;
}): VaultPhase {
  const { ports, vaults, known, keychain, hooks } = options;
  let state = resting(known);
  const tries = createUnlockTries(ports.clock, () => hooks.changed());
  const kit = createPendingKit();
  let queue: Promise<unknown> = Promise.resolve();

  /** One change of phase at a time, in the order in which they were asked for. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
  const become = (next: PhaseState): void => {
    state = next;
    hooks.changed();
  };

  const ask: Ask = (operation, path, data) => {
    if (state.phase === 'open') return askCore(state.keywarden.core, state.session, operation, path, data);
    return Promise.reject(new KeywardenError(state.phase === 'locked' ? 'locked' : 'sealed'));
  };

  const endSession = async (core: Core, session: string): Promise<void> => {
    try {
      await askCore(core, session, 'update', 'auth/token/revoke-self');
    } catch {
      // The token is forgotten here in any case; core ends it when it expires.
      ports.log('warn', 'desk.session-not-revoked');
    }
  };

  const enter = async (
    directory: string,
    name: string | undefined,
    wayIn: WayIn,
    rootToken?: string,
    readDamaged = false,
  ): Promise<void> => {
    const keywarden = await vaults.open(directory, wayIn, readDamaged);
    await enterOpened(keywarden, directory, name, rootToken);
  };

  const enterOpened = async (
    keywarden: Keywarden,
    directory: string,
    name: string | undefined,
    rootToken?: string,
  ): Promise<void> => {
    try {
      // The desktop acts as its member: a root token that nobody was shown must not live on.
      if (rootToken !== undefined) await endSession(keywarden.core, rootToken);
      const vault = await known.remember(directory, name ?? keywarden.vaultName);
      const session = await keywarden.openSession('desktop');
      await hooks.opened(keywarden, (operation, path, data) =>
        askCore(keywarden.core, session, operation, path, data),
      );
      become({ phase: 'open', vault, keywarden, session });
    } catch (error) {
      await keywarden.close();
      throw error;
    }
  };

  const requireClosed = (): void => {
    if (state.phase === 'open' || state.phase === 'locked') {
      throw new KeywardenError('invalid-request', 'Seal the vault that is open first.');
    }
  };

  /** From the lock screen nobody is signed in. Without a session, because the ledger cannot be written, it seals all the same. */
  const sealingSession = async (keywarden: Keywarden): Promise<string | undefined> => {
    try {
      return await keywarden.openSession('desktop');
    } catch {
      ports.log('warn', 'desk.sealing-without-session');
      return undefined;
    }
  };

  const close = async (): Promise<void> => {
    if (state.phase !== 'open' && state.phase !== 'locked') return;
    const { keywarden, vault } = state;
    const session = state.phase === 'open' ? state.session : await sealingSession(keywarden);
    kit.forget();
    // From here on nobody is served, so that nothing new begins while the old ends.
    become({ phase: 'sealed', vault });
    try {
      await hooks.sealing(async (operation, path, data) => {
        if (session === undefined) throw new KeywardenError('locked');
        return askCore(keywarden.core, session, operation, path, data);
      });
      if (session !== undefined) await endSession(keywarden.core, session);
    } finally {
      try {
        await keywarden.close();
      } finally {
        await hooks.screenClosed();
      }
    }
    hooks.changed();
  };

  return {
    state: () => state,
    core: () => {
      if (state.phase !== 'open' && state.phase !== 'locked') return undefined;
      // A quarantined vault is looked at in the window: no app is served from it.
      return state.keywarden.quarantine ? undefined : state.keywarden.core;
    },
    kit,
    ask,
    nextTryAt: () => tries.nextTryAt(),

    create: (name, directory, passphrase) =>
      alone(async () => {
        requireClosed();
        await withTypedWayIn({ passphrase }, async (wayIn) => {
          if (!('passphrase' in wayIn)) throw new KeywardenError('internal');
          const { rootToken, recoveryKit } = await vaults.create(directory, wayIn.passphrase, name);
          kit.hold(recoveryKit); // ahead of the screen that asks for it
          await enter(directory, name, wayIn, rootToken);
        });
      }),

    unlockByKeychain: (directory) =>
      alone(async () => {
        requireClosed();
        const { id } = await vaults.look(directory);
        const keychainSecret = id === undefined ? undefined : await keychain.reveal(id);
        if (!keychainSecret) throw new KeywardenError('unlock-failed');
        await tries.run({ keychainSecret }, (wayIn) => enter(directory, undefined, wayIn));
      }),

    setKeychain: (passphrase, on) =>
      alone(async () => {
        if (state.phase !== 'open') throw new KeywardenError('sealed');
        const { ways, vaultId } = state.keywarden;
        if (!ways || !keychain.available()) throw new KeywardenError('not-available');
        await tries.run({ passphrase }, (wayIn) =>
          changeKeychain({ ways, keychain, vaultId, wayIn, random: ports.random }, on),
        );
        hooks.changed();
      }),

    restore: (backup, directory, typed) =>
      alone(async () => {
        requireClosed();
        await tries.run(typed, async (wayIn) => {
          await vaults.restore(backup, directory, wayIn);
          await enter(directory, undefined, wayIn);
        });
      }),

    confirm: () =>
      alone(async () => {
        if (state.phase !== 'open' || !state.keywarden.quarantine) return;
        const { damage } = state.keywarden.quarantine;
        if (damage !== undefined) throw new KeywardenError('vault-damaged', damage);
        const { keywarden, vault } = state;
        try {
          await enterOpened(await keywarden.confirm(), vault.directory, vault.name);
        } catch (error) {
          // Whatever became of it, the quarantined vault is closed.
          become({ phase: 'sealed', vault });
          throw error;
        }
      }),

    newKit: (passphrase) =>
      alone(async () => {
        if (state.phase !== 'open') throw new KeywardenError('sealed');
        const { ways } = state.keywarden;
        if (!ways) throw new KeywardenError('not-available');
        const old = (await ways.list()).filter(({ kind }) => kind === 'recovery-kit');
        await tries.run({ passphrase }, async (wayIn) => {
          kit.hold(await ways.addRecoveryKit(wayIn));
          for (const { id } of old) await ways.remove(wayIn, id, 'not-needed');
        });
        hooks.changed();
      }),

    unlock: (directory, typed, readDamaged) =>
      alone(async () => {
        if (state.phase === 'open' && state.vault.directory === directory) return;
        if (state.phase !== 'locked' || state.vault.directory !== directory) {
          requireClosed();
          return tries.run(typed, (wayIn) => enter(directory, undefined, wayIn, undefined, readDamaged));
        }
        const { vault, keywarden } = state;
        await tries.run(typed, (wayIn) => vaults.verify(directory, wayIn));
        become({ phase: 'open', vault, keywarden, session: await keywarden.openSession('desktop') });
      }),

    forget: (directory) =>
      alone(async () => {
        if (state.phase === 'open' || state.phase === 'locked') {
          if (state.vault.directory === directory) requireClosed();
          return known.forget(directory);
        }
        await known.forget(directory);
        become(resting(known));
      }),

    lock: () =>
      alone(async () => {
        if (state.phase !== 'open') return;
        const { vault, keywarden, session } = state;
        kit.forget();
        become({ phase: 'locked', vault, keywarden });
        await endSession(keywarden.core, session);
        await hooks.screenClosed();
      }),

    seal: () => alone(close),
  };
}

/** Where the desktop rests without an open vault. */
function resting(known: KnownVaults): PhaseState {
  const [vault] = known.list();
  return vault ? { phase: 'sealed', vault } : { phase: 'welcome' };
}
