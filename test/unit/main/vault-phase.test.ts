import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CoreRequest } from '../../../electron/core/request.ts';
import type { Keywarden } from '../../../electron/keywarden.ts';
import { type KnownVaults, openKnownVaults } from '../../../electron/main/known-vaults.ts';
import { createVaultPhase, type VaultPhase } from '../../../electron/main/vault-phase.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';

const PASSPHRASE = 'correct horse';

describe('the phases of the desktop', () => {
  let folder: string;
  let known: KnownVaults;
  let clock: ManualClock;
  let phase: VaultPhase;
  /** What happened, in order. */
  let events: string[];
  let passphrases: Uint8Array[];
  let sessions: number;

  const keywarden: Keywarden = {
    vaultId: 'id-1',
    core: {
      async handle({ credential, operation, path }: CoreRequest) {
        events.push(`${credential.kind === 'token' ? credential.token : 'none'} ${operation} ${path}`);
        return { status: 204, envelope: null };
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
    async close() {
      events.push('close');
    },
  };

  function check(passphrase: Uint8Array): void {
    passphrases.push(passphrase);
    if (new TextDecoder().decode(passphrase) !== PASSPHRASE) throw new KeywardenError('unlock-failed');
  }

  function make(): VaultPhase {
    return createVaultPhase({
      ports: { clock, random: (length) => new Uint8Array(length), log: () => undefined },
      vaults: {
        create: async () => {
          events.push('create');
          return 'root-token';
        },
        open: async (_directory, passphrase) => {
          check(passphrase);
          events.push('open');
          return keywarden;
        },
        verify: async (_directory, passphrase) => check(passphrase),
        look: async () => ({ name: undefined, problem: null }),
      },
      known,
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
    phase = make();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('starts with the welcome, and with the vault used last once there is one', async () => {
    expect(phase.state()).toEqual({ phase: 'welcome' });
    await phase.create('Team', '/v', PASSPHRASE);
    expect(phase.state()).toMatchObject({ phase: 'open', vault: { name: 'Team', directory: '/v' } });
    expect(make().state()).toEqual({ phase: 'sealed', vault: { name: 'Team', directory: '/v' } });
  });

  it('lets the root token of a new vault die at once: nobody was shown it', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    expect(events).toContain('root-token update auth/token/revoke-self');
  });

  it('zero-fills the passphrase after use', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await phase.lock();
    await expect(phase.unlock('/v', 'wrong')).rejects.toThrow();
    expect(passphrases.length).toBe(2);
    for (const bytes of passphrases) expect(bytes.every((byte) => byte === 0)).toBe(true);
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
    await phase.unlock('/v', PASSPHRASE);
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
      await expect(phase.unlock('/v', 'wrong')).rejects.toMatchObject({ code: 'unlock-failed' });
      const wait = (phase.nextTryAt() ?? clock.now()) - clock.now();
      waits.push(wait);
      if (wait > 0) {
        await expect(phase.unlock('/v', PASSPHRASE)).rejects.toMatchObject({ code: 'too-many-requests' });
      }
      clock.advance(wait);
    }
    expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000]);
    await phase.unlock('/v', PASSPHRASE);
    await phase.lock();
    await expect(phase.unlock('/v', 'wrong')).rejects.toMatchObject({ code: 'unlock-failed' });
    expect(phase.nextTryAt()).toBeNull();
  });

  it('opens one vault at a time', async () => {
    await phase.create('Team', '/v', PASSPHRASE);
    await expect(phase.unlock('/other', PASSPHRASE)).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(phase.create('Other', '/other', PASSPHRASE)).rejects.toMatchObject({
      code: 'invalid-request',
    });
    await expect(phase.forget('/v')).rejects.toMatchObject({ code: 'invalid-request' });
    await phase.seal();
    await phase.unlock('/other', PASSPHRASE);
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
    await Promise.all([phase.lock(), phase.lock(), phase.unlock('/v', PASSPHRASE), phase.seal()]);
    expect(events.filter((event) => event === 'screen closed').length).toBe(2);
    expect(phase.state().phase).toBe('sealed');
  });
});
