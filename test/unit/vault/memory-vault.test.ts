import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { openMemoryVault } from '../../../electron/vault/memory-vault.ts';
import { valueForgotten } from '../../../electron/vault/value-changes.ts';
import type { LedgerRecord, Turn, Vault } from '../../../electron/vault/vault.ts';
import { sampleSchema, writeNote } from './sample-schema.ts';

const context = { mount: 'mount-1', owner: 'owner-1', version: 1 };
const bytes = (text: string) => new TextEncoder().encode(text);

describe('the commit loop', () => {
  let now: number;
  let vault: Vault;

  beforeEach(async () => {
    now = 1_000;
    vault = await openMemoryVault(sampleSchema, { clock: { now: () => now }, random: randomBytes });
  });

  const names = () =>
    vault.turn(({ db }) =>
      db.all<{ name: string }>('SELECT name FROM notes ORDER BY name').map((n) => n.name),
    );

  it('shows a turn what the turns before it recorded', async () => {
    void vault.turn((turn) => turn.record(writeNote('a')));
    expect(await names()).toEqual(['a']);
  });

  it('undoes a turn that throws, and that turn alone', async () => {
    const first = vault.turn((turn) => turn.record(writeNote('a')));
    const failing = vault.turn((turn) => {
      turn.record(writeNote('b'));
      turn.sealValue(bytes('x'), context);
      throw new Error('changed my mind');
    });
    const last = vault.turn((turn) => turn.record(writeNote('c')));
    await expect(failing).rejects.toThrow('changed my mind');
    await Promise.all([first, last]);
    expect(await names()).toEqual(['a', 'c']);
    expect(vault.head().sequence).toBe(2);
    expect(await vault.turn(({ db }) => db.all('SELECT * FROM vault_values'))).toEqual([]);
  });

  it('never lets vault time run backwards', async () => {
    const times: number[] = [];
    vault.watch((records) => times.push(...records.map((record) => record.time)));
    for (const wall of [5_000, 3_000, 6_000]) {
      now = wall;
      await vault.turn((turn) => turn.record(writeNote(`at-${wall}`)));
    }
    expect(times).toEqual([5_000, 5_000, 6_000]);
  });

  it('tells watchers in order, after the records are durable, and not of turns that recorded nothing', async () => {
    const seen: LedgerRecord[][] = [];
    const stop = vault.watch((records) => seen.push([...records]));
    await names();
    await Promise.all(['a', 'b'].map((name) => vault.turn((turn) => turn.record(writeNote(name)))));
    stop();
    await vault.turn((turn) => turn.record(writeNote('c')));
    // One batch or two: a busy machine may end a batch early.
    expect(seen.flat().map((record) => record.sequence)).toEqual([1, 2]);
  });

  it('opens a sealed value in its own context and nowhere else', async () => {
    const hash = await vault.turn((turn) => {
      const sealed = turn.sealValue(bytes('hunter2'), context);
      turn.record(writeNote('a', sealed));
      return sealed;
    });
    const revealed = await vault.turn((turn) => turn.revealValue(hash, context));
    expect(new TextDecoder().decode(revealed)).toBe('hunter2');
    for (const elsewhere of [{ mount: 'mount-2' }, { owner: 'owner-2' }, { version: 2 }]) {
      const moved = vault.turn((turn) => turn.revealValue(hash, { ...context, ...elsewhere }));
      await expect(moved).rejects.toMatchObject({ code: 'vault-damaged' });
    }
  });

  it('holds values as ciphertext only (S6) and erases what is forgotten', async () => {
    const hash = await vault.turn((turn) => {
      const sealed = turn.sealValue(bytes('hunter2'), context);
      turn.record(writeNote('a', sealed));
      return sealed;
    });
    const stored = await vault.turn(({ db }) =>
      db.all<{ sealed: Uint8Array }>('SELECT sealed FROM vault_values'),
    );
    expect(stored).toHaveLength(1);
    expect(Buffer.from(stored[0]?.sealed ?? []).includes('hunter2')).toBe(false);
    await vault.turn((turn) => turn.record({ ...writeNote('a'), changes: [valueForgotten.make({ hash })] }));
    expect(await vault.turn(({ db }) => db.all('SELECT * FROM vault_values'))).toEqual([]);
  });

  it('refuses a turn that is kept, that waits, or that seals what no record carries', async () => {
    let kept: Turn | undefined;
    await vault.turn((turn) => {
      kept = turn;
    });
    expect(() => kept?.record(writeNote('late'))).toThrow();
    await expect(vault.turn(async () => {})).rejects.toMatchObject({ code: 'internal' });
    await expect(vault.turn((turn) => turn.sealValue(bytes('x'), context))).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('refuses a change that its schema does not know, and keeps nothing of it', async () => {
    const draft = {
      ...writeNote('a'),
      changes: [{ type: 'note/written@1', data: { name: 7, value: null } }],
    };
    await expect(vault.turn((turn) => turn.record(draft))).rejects.toThrow();
    expect(vault.head().sequence).toBe(0);
  });

  it('answers what is queued when it closes, and refuses what comes after', async () => {
    const queued = vault.turn((turn) => turn.record(writeNote('a')));
    const closing = vault.close();
    await expect(vault.turn(() => 1)).rejects.toMatchObject({ code: 'sealed' });
    await queued;
    await closing;
  });

  it('lets the event loop breathe under a flood of turns', async () => {
    let beats = 0;
    const heart = setInterval(() => beats++, 1);
    await Promise.all(
      Array.from({ length: 20_000 }, (_, i) => vault.turn((turn) => turn.record(writeNote(`n${i % 100}`)))),
    );
    clearInterval(heart);
    expect(beats).toBeGreaterThan(5);
  });
});
