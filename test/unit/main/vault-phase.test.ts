import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Keychain } from '../../../electron/core/ports.ts';
import type { CoreRequest } from '../../../electron/core/request.ts';
import type { Keywarden } from '../../../electron/keywarden.ts';
import { type KnownVaults, openKnownVaults } from '../../../electron/main/known-vaults.ts';
import { createVaultPhase, type VaultPhase } from '../../../electron/main/vault-phase.ts';
import type { WayIn } from '../../../electron/vault/way-in.ts';
import type { ShownWay, WaysIn } from '../../../electron/vault/ways-in.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';

const PASSPHRASE = 'correct horse';
const KIT = '0C518-260ZV-4RPKW-8ET25-9585J-EQK5S-DHSQP-N0C8K-HYB9E-V95BQ-PAWW6-1HYEQ-TQE0M-XXJS4';

describe('the phases of the desktop', () => {
  let folder: string;
  let known: KnownVaults;
  let clock: ManualClock;
  let phase: VaultPhase;
  /** What happened, in order. */
  let events: string[];
  let passphrases: Uint8Array[];
  let sessions: number;
  let opened: Keywarden;
  let kept: Uint8Array | undefined;

  const keychain: Keychain = {
    available: () => true,
    keeps: async () => kept !== undefined,
    keep: async (_vaultId, secret) => {
      kept = secret.slice();
      events.push('keep');
    },
    reveal: async () => kept?.slice(),
    forget: async () => {
      kept = undefined;
      events.push('forget');
    },
  };

  const keywarden: Keywarden = {
    vaultId: 'id-1',
    vaultName: undefined,
    core: {
      async handle({ credential, operation, path }: CoreRequest) {
        events.push(`${credential.kind === 'token' ? credential.token : 'none'} ${operation} ${path}`);
        return { status: 204, envelope: null };
      },
      events: {
        waiterOf: async () => ({ name: 'nobody' }),
        indexOf: () => 0,
        changed: async () => false,
        follow: async () => undefined,
      },
    },
    async openSession() {
      return `session-${++sessions}`;
    },
    quarantine: undefined,
    ways: undefined,
    backups: undefined,
    confirm: async () => keywarden,
    watch: () => () => undefined,
    onSealRequest: () => undefined,
    onKeysReplaced: () => undefined,
    async close() {
      events.push('close');
    },
  };

  function check(wayIn: WayIn): void {
    if (!('passphrase' in wayIn)) return;
    const { passphrase } = wayIn;
    passphrases.push(passphrase);
    if (new TextDecoder().decode(passphrase) !== PASSPHRASE) throw new KeywardenError('unlock-failed');
  }

  function make(): VaultPhase {
    return createVaultPhase({
      ports: { clock, random: (length) => new Uint8Array(length), log: () => undefined },
      vaults: {
        create: async () => {
          events.push('create');
          return { rootToken: 'root-token', recoveryKit: KIT };
        },
        open: async (_directory, wayIn, readDamaged) => {
          check(wayIn);
          if (opened.quarantine?.damage !== undefined && !readDamaged)
            throw new KeywardenError('vault-damaged');
          events.push('open');
          return opened;
        },
        verify: async (_directory, wayIn) => check(wayIn),
        restore: async (backup) => void events.push(`restore ${backup}`),
        backups: async () => [],
        backupFolder: (directory) => `${directory}.backups`,
        look: async () => ({ id: 'id-1', problem: null }),
      },
      known,
      keychain,
      hooks: {
        opened: async () => void events.push('opened'),
        screenClosed: async () => void events.push('screen closed'),
        sealing: async (ask) => {
          events.push('sealing');
          await ask('delete', 'sample');
        },
        changed: () => undefined,
      },
    });
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keywarden-test-'));
    known = await openKnownVaults(join(folder, 'vaults.json'));
    clock = manualClock();
    events = [];
    passphrases = [];
    sessions = 0;
    opened = keywarden;
    kept = undefined;
    phase = make();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('starts with the welcome, and with the vault used last once there is one', async () => {
    expect(phase.state()).toEqual({ phase: 'welcome' });
    await phase.create('Team', '/v', PASSPHRASE);
    expect(phase.state()).toMatchObject({ phase: 'open', vault: { name: 'Team', directory: '/v' } });
    expect(make().state()).toEqual({ phase: 'sealed', vault: { name: 'Team', directory: '/v' } });
  });

  it('calls a vault that it does not know yet as the vault calls itself, once it is open', async () => {
    opened = { ...keywarden, vaultName: 'Team' };
    await phase.unlock('/elsewhere/v', { passphrase: PASSPHRASE });
    expect(phase.state()).toMatchObject({
      phase: 'open',
      vault: { name: 'Team', directory: '/elsewhere/v' },
    });
    await phase.seal();
    expect(phase.state()).toMatchObject({ phase: 'sealed', vault: { name: 'Team' } });
  });

  it('lets the root token of a new vault die at once: nobody was shown it', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    expect(events).toContain('root-token update auth/token/revoke-self');
  });

  it('zero-fills the passphrase after use', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await phase.lock();
    await expect(phase.unlock('/v', { passphrase: 'wrong' })).rejects.toThrow();
    expect(passphrases.length).toBe(2);
    for (const bytes of passphrases) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('holds the recovery kit of a new vault until a group of it was copied back, and no longer than the screen', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    expect(phase.kit.reveal()).toBe(KIT);
    expect(() => phase.kit.kept(2, '260ZW')).toThrow(expect.objectContaining({ code: 'code-mistyped' }));
    expect(() => phase.kit.kept(15, '')).toThrow(expect.objectContaining({ code: 'code-mistyped' }));
    expect(phase.kit.waits()).toBe(true);
    phase.kit.kept(2, ' 26ozu ');
    expect(phase.kit.waits()).toBe(false);
    expect(() => phase.kit.reveal()).toThrow(expect.objectContaining({ code: 'not-found' }));
    await phase.seal();
    await phase.create('Other', '/o', PASSPHRASE);
    await phase.lock();
    expect(phase.kit.waits()).toBe(false);
  });

  it('opens a damaged vault when asked for what can be read: no app is served, and there is nothing to confirm', async () => {
    const found = { sequence: 3, hash: '', time: 0, term: 1 };
    const damage = 'ledger/00000001.kwl, record 4';
    opened = { ...keywarden, quarantine: { reason: 'damaged', seen: undefined, found, damage } };
    await expect(phase.unlock('/v', { passphrase: PASSPHRASE })).rejects.toMatchObject({
      code: 'vault-damaged',
    });
    expect(phase.state().phase).not.toBe('open');
    await phase.unlock('/v', { passphrase: PASSPHRASE }, true);
    expect(phase.state()).toMatchObject({ phase: 'open' });
    expect(phase.core()).toBeUndefined();
    await expect(phase.confirm()).rejects.toMatchObject({ code: 'vault-damaged' });
    expect(phase.state().phase).toBe('open');
  });

  it('opens with the recovery kit, and restores from a backup', async () => {
    await phase.unlock('/v', { recoveryKit: KIT.toLowerCase() });
    expect(phase.state().phase).toBe('open');
    await phase.seal();
    await expect(phase.unlock('/v', { recoveryKit: `${KIT.slice(0, -1)}5` })).rejects.toMatchObject({
      code: 'code-mistyped',
    });
    events = [];
    await phase.restore('/b.kwb', '/new', { passphrase: PASSPHRASE });
    expect(events).toEqual(['restore /b.kwb', 'open', 'opened']);
  });

  it('opens with the keychain where that was asked for, and never a locked screen', async () => {
    await expect(phase.unlockByKeychain('/v')).rejects.toMatchObject({ code: 'unlock-failed' });
    const list: ShownWay[] = [];
    const way = { kind: 'keychain', keyholder: 'owner', addedAt: 1 } as const;
    const ways = {
      list: async () => [...list],
      addKeychain: async () => {
        events.push('add');
        list.push({ ...way, id: String(list.length) });
      },
      remove: async (_proof: WayIn, id: string) => {
        events.push(`remove ${id}`);
        list.splice(0, 1);
      },
    };
    opened = { ...keywarden, ways: ways as unknown as WaysIn };
    await phase.unlock('/v', { passphrase: PASSPHRASE });
    events = [];
    await phase.setKeychain(PASSPHRASE, true);
    expect(events).toEqual(['keep', 'add']);
    await phase.setKeychain(PASSPHRASE, true);
    expect(events.slice(2)).toEqual(['keep', 'add', 'remove 0']);
    await phase.lock();
    await expect(phase.unlockByKeychain('/v')).rejects.toMatchObject({ code: 'invalid-request' });
    await phase.seal();
    await phase.unlockByKeychain('/v');
    expect(phase.state().phase).toBe('open');
    await phase.setKeychain(PASSPHRASE, false);
    expect(events.slice(-2)).toEqual(['remove 1', 'forget']);
  });

  it('serves no app from a quarantined vault, until a person confirms it', async () => {
    const glance = { sequence: 1, time: 1, term: 1, hash: '' };
    const held = {
      ...keywarden,
      quarantine: { reason: 'restored', seen: undefined, found: glance },
    } as const;
    opened = held;
    await phase.unlock('/v', { passphrase: PASSPHRASE });
    expect(phase.core()).toBeUndefined();
    await phase.confirm();
    expect(phase.state()).toMatchObject({ phase: 'open', session: 'session-2' });
    expect(phase.core()).toBe(keywarden.core);
  });

  it('locks: the session is revoked, the screen closed, the apps served on', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    events = [];
    await phase.lock();
    expect(events).toEqual(['session-1 update auth/token/revoke-self', 'screen closed']);
    expect(phase.state().phase).toBe('locked');
    expect(phase.core()).toBe(keywarden.core);
    await expect(phase.ask('read', 'secret/data/a')).rejects.toMatchObject({ code: 'locked' });
  });

  it('unlocks with a new session and without opening the vault again', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await phase.lock();
    events = [];
    await phase.unlock('/v', { passphrase: PASSPHRASE });
    await phase.ask('read', 'secret/data/a');
    expect(events).toEqual(['session-2 read secret/data/a']);
  });

  it('seals: what needs the vault ends first, then the session, then the keys; nobody is served meanwhile', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    events = [];
    const sealing = phase.seal();
    await Promise.resolve();
    expect(phase.core()).toBeUndefined();
    await sealing;
    expect(events).toEqual([
      'sealing',
      'session-1 delete sample',
      'session-1 update auth/token/revoke-self',
      'close',
      'screen closed',
    ]);
    expect(phase.state().phase).toBe('sealed');
    await expect(phase.ask('read', 'x')).rejects.toMatchObject({ code: 'sealed' });
  });

  it('seals from the lock screen too', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await phase.lock();
    events = [];
    await phase.seal();
    expect(events).toContain('close');
    expect(events).toContain('session-2 update auth/token/revoke-self');
  });

  it('closes the keys even when ending the rest fails', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    const handle = keywarden.core.handle;
    keywarden.core.handle = () => Promise.reject(new KeywardenError('ledger-unavailable'));
    try {
      await expect(phase.seal()).rejects.toMatchObject({ code: 'ledger-unavailable' });
    } finally {
      keywarden.core.handle = handle;
    }
    expect(events.slice(-2)).toEqual(['close', 'screen closed']);
    expect(phase.state().phase).toBe('sealed');
  });

  it('closes the keys from the lock screen even when the ledger takes no session any more', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await phase.lock();
    const { openSession } = keywarden;
    keywarden.openSession = () => Promise.reject(new KeywardenError('ledger-unavailable'));
    try {
      await phase.seal().catch(() => undefined);
    } finally {
      keywarden.openSession = openSession;
    }
    expect(events.slice(-2)).toEqual(['close', 'screen closed']);
    expect(phase.state().phase).toBe('sealed');
  });

  it('makes wrong passphrases wait longer and longer, and a right one clears that', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await phase.lock();
    const waits: number[] = [];
    for (let miss = 0; miss < 6; miss++) {
      await expect(phase.unlock('/v', { passphrase: 'wrong' })).rejects.toMatchObject({
        code: 'unlock-failed',
      });
      const wait = (phase.nextTryAt() ?? clock.now()) - clock.now();
      waits.push(wait);
      if (wait > 0) {
        await expect(phase.unlock('/v', { passphrase: PASSPHRASE })).rejects.toMatchObject({
          code: 'too-many-requests',
        });
      }
      clock.advance(wait);
    }
    expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000]);
    await phase.unlock('/v', { passphrase: PASSPHRASE });
    await phase.lock();
    await expect(phase.unlock('/v', { passphrase: 'wrong' })).rejects.toMatchObject({
      code: 'unlock-failed',
    });
    expect(phase.nextTryAt()).toBeNull();
  });

  it('opens one vault at a time', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await expect(phase.unlock('/other', { passphrase: PASSPHRASE })).rejects.toMatchObject({
      code: 'invalid-request',
    });
    await expect(phase.create('Other', '/other', PASSPHRASE)).rejects.toMatchObject({
      code: 'invalid-request',
    });
    await expect(phase.forget('/v')).rejects.toMatchObject({ code: 'invalid-request' });
    await phase.seal();
    await phase.unlock('/other', { passphrase: PASSPHRASE });
    expect(phase.state()).toMatchObject({ phase: 'open', vault: { directory: '/other', name: 'other' } });
  });

  it('forgets a vault, and the last one leads back to the welcome', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await phase.seal();
    await phase.forget('/v');
    expect(phase.state()).toEqual({ phase: 'welcome' });
  });

  it('does one thing at a time, in the order asked for', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await Promise.all([
      phase.lock(),
      phase.lock(),
      phase.unlock('/v', { passphrase: PASSPHRASE }),
      phase.seal(),
    ]);
    expect(events.filter((event) => event === 'screen closed').length).toBe(2);
    expect(phase.state().phase).toBe('sealed');
  });
});
