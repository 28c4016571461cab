import { randomBytes } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseRecoveryKit } from '../../../electron/crypto/recovery-kit.ts';
import { revealSharedSecret } from '../../../electron/crypto/share-text.ts';
import { makeKeys } from '../../../electron/crypto/unseal-key.ts';
import { decodeVaultHeader } from '../../../electron/crypto/vault-header.ts';
import { type OpenedVault, openVault } from '../../../electron/vault/open-vault.ts';
import { knownSlots, slotsOf } from '../../../electron/vault/slot-records.ts';
import { unlockHeaderBy } from '../../../electron/vault/unlock-header.ts';
import { verifyPassphrase } from '../../../electron/vault/verify-passphrase.ts';
import type { WayIn } from '../../../electron/vault/way-in.ts';
import { PASSPHRASE, QUICK_KDF } from './quick-kdf.ts';
import { writeNote } from './sample-schema.ts';
import { TemporaryVault } from './temporary-vault.ts';

const proof: WayIn = { passphrase: PASSPHRASE };
const byKit = (kit: string): WayIn => ({ secret: { kind: 'recovery-kit', bytes: parseRecoveryKit(kit) } });
const byShares = (texts: readonly string[]): WayIn => ({
  secret: { kind: 'shares', bytes: revealSharedSecret(texts) },
});
const byKeychain = (bytes: Uint8Array): WayIn => ({ secret: { kind: 'keychain', bytes } });

async function openBy(folder: TemporaryVault, wayIn: WayIn): Promise<OpenedVault> {
  const { passphrase: _, ...options } = folder.options();
  const vault = await openVault({ ...options, ...wayIn });
  onTestFinished(() => vault.close());
  return vault;
}

/** Whether a way in opens the vault now: undefined, or why not. */
function refusal(folder: TemporaryVault, wayIn: WayIn): Promise<unknown> {
  const { directory, kdf } = folder.options();
  return verifyPassphrase({ directory, kdf, ...wayIn }).then(
    () => undefined,
    (error: unknown) => error,
  );
}
const unlockFailed = expect.objectContaining({ code: 'unlock-failed' });
const header = (folder: TemporaryVault) => join(folder.directory, 'vault.kwh');
const idOf = async (vault: OpenedVault, kind: string) =>
  (await vault.ways.list()).find((way) => way.kind === kind)?.id ?? '';

/** Every kind of way beside the passphrase. */
const KINDS: readonly [string, (vault: OpenedVault) => Promise<WayIn>][] = [
  ['recovery-kit', async ({ ways }) => byKit(await ways.addRecoveryKit(proof))],
  [
    'keychain',
    async ({ ways }) => {
      const secret = randomBytes(32);
      await ways.addKeychain(proof, secret);
      return byKeychain(secret);
    },
  ],
  [
    'shares',
    async ({ ways }) => {
      const texts = await ways.addShares(proof, { threshold: 2, total: 3 });
      expect(texts).toHaveLength(3);
      return byShares(texts.slice(1));
    },
  ],
];

describe('a way in', () => {
  it.each(KINDS)('by %s opens the vault alone, and no longer once it is removed', async (kind, add) => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await vault.turn((turn) => turn.record(writeNote('a')));
    const wayIn = await add(vault);
    await vault.close();

    const again = await openBy(folder, wayIn);
    expect(await again.turn(({ db }) => db.all('SELECT name FROM notes'))).toEqual([{ name: 'a' }]);
    expect((await again.ways.list()).map((way) => way.kind)).toEqual(['passphrase', kind]);
    await again.ways.remove(wayIn, await idOf(again, kind), 'not-needed');
    expect(await refusal(folder, wayIn)).toEqual(unlockFailed);
    await again.close();
    await expect(openBy(folder, wayIn)).rejects.toEqual(unlockFailed);
    await openBy(folder, proof);
  });

  it('by the recovery kit alone opens the vault when the passphrase is gone, and lets a new one be set', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const kit = byKit(await vault.ways.addRecoveryKit(proof));
    await vault.ways.remove(proof, await idOf(vault, 'passphrase'), 'not-needed');
    expect(await refusal(folder, proof)).toEqual(unlockFailed);
    const passphrase = Buffer.from('a new one');
    await vault.ways.changePassphrase(kit, passphrase, 'another-one');
    expect(await refusal(folder, { passphrase })).toBeUndefined();
    expect(await refusal(folder, kit)).toBeUndefined();
  });

  it('is not removed where it is the last, nor where only the keychain would be left', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await vault.ways.addKeychain(proof, randomBytes(32));
    const refused = vault.ways.remove(proof, await idOf(vault, 'passphrase'), 'not-needed');
    await expect(refused).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(vault.ways.remove(proof, 'ffffffffffffffff', 'not-needed')).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await refusal(folder, proof)).toBeUndefined();
  });

  it('is changed only by who shows one', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const before = await readFile(header(folder));
    const wrong: WayIn = { passphrase: Buffer.from('wrong') };
    await expect(vault.ways.addRecoveryKit(wrong)).rejects.toEqual(unlockFailed);
    await expect(vault.ways.rekey(wrong)).rejects.toEqual(unlockFailed);
    await expect(vault.ways.changePassphrase(proof, new Uint8Array(), 'another-one')).rejects.toMatchObject({
      code: 'invalid-request',
    });
    expect(await readFile(header(folder))).toEqual(before);
    expect(vault.head().sequence).toBe(0);
  });

  it('that is wrong or missing has one code and one message, whatever it is', async () => {
    const folder = await TemporaryVault.make();
    const made = await folder.open();
    const folders = { 'the passphrase alone': await folder.copy() } as Record<string, TemporaryVault>;
    const keychain = randomBytes(32);
    const kit = await made.ways.addRecoveryKit(proof);
    folders['passphrase and kit'] = await folder.copy();
    const shares = await made.ways.addShares(proof, { threshold: 3, total: 4 });
    await made.ways.addKeychain(proof, keychain);
    folders['every way'] = await folder.copy();
    await made.ways.remove(proof, await idOf(made, 'passphrase'), 'not-needed');
    folders['every way but the passphrase'] = await folder.copy();
    await made.close();
    // Right ones, each in a vault that does not have it, or no longer, or cut short, or by the wrong name.
    const others = await TemporaryVault.make();
    const other = await others.open();
    const elsewhere = byShares(await other.ways.addShares(proof, { threshold: 2, total: 2 }));
    await other.close();
    const right: Record<string, WayIn> = {
      passphrase: proof,
      'recovery-kit': byKit(kit),
      keychain: byKeychain(keychain),
      shares: byShares(shares.slice(1)),
    };
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const kinds = fc.constantFrom('recovery-kit', 'keychain', 'shares');
    const asAnother = fc
      .tuple(kinds, kinds)
      .filter(([is, called]) => is !== called)
      .map(([is, kind]): WayIn => {
        const wayIn = right[is] as WayIn;
        return 'secret' in wayIn ? { secret: { kind, bytes: wayIn.secret.bytes } } : wayIn;
      });
    const falseShare = fc.nat(31).map((at): WayIn => {
      const { secret } = byShares(shares.slice(1)) as Extract<WayIn, { secret: unknown }>;
      return { secret: { kind: 'shares', bytes: secret.bytes.with(at, (secret.bytes[at] ?? 0) ^ 1) } };
    });
    const wrong = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((passphrase): WayIn => ({ passphrase })),
      fc.record({ kind: kinds, bytes }).map((secret): WayIn => ({ secret })),
      fc.constant(elsewhere),
      asAnother,
      falseShare,
    );
    const wrongAnywhere = fc.tuple(wrong, fc.constantFrom(...Object.keys(folders)));
    const missing = fc.constantFrom<[WayIn, string]>(
      [right['recovery-kit'] as WayIn, 'the passphrase alone'],
      [right['keychain'] as WayIn, 'the passphrase alone'],
      [right['shares'] as WayIn, 'passphrase and kit'],
      [right['keychain'] as WayIn, 'passphrase and kit'],
      [proof, 'every way but the passphrase'],
    );
    const answers = new Map<string, string>();
    const told = (error: unknown) =>
      error instanceof Error ? `${Object(error).code}: ${error.message}` : 'opened';
    await fc.assert(
      fc.asyncProperty(fc.oneof(wrongAnywhere, missing), async ([wayIn, name]) => {
        const where = folders[name] as TemporaryVault;
        answers.set(told(await refusal(where, wayIn)), name);
        const { passphrase: _, ...options } = where.options();
        // Opening it says the same.
        const opening = openVault({ ...options, ...wayIn }).catch((error: unknown) => error);
        answers.set(told(await opening), name);
      }),
      { numRuns: 150 },
    );
    expect([...answers.keys()]).toEqual(['unlock-failed: That does not open the vault.']);
    for (const wayIn of Object.values(right).slice(1)) {
      expect(await refusal(folders['every way but the passphrase'] as TemporaryVault, wayIn)).toBeUndefined();
    }
  });
});

describe('another passphrase', () => {
  it('takes the place of the old one and leaves the other ways as they are', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const kit = byKit(await vault.ways.addRecoveryKit(proof));
    const passphrase = Buffer.from('another one');
    await vault.ways.changePassphrase(proof, passphrase, 'another-one');
    expect(await refusal(folder, proof)).toEqual(unlockFailed);
    expect(await refusal(folder, kit)).toBeUndefined();
    await vault.close();
    const again = await openBy(folder, { passphrase });
    expect(decodeVaultHeader(await readFile(header(folder))).header.epoch).toBe(1);
    await again.close();
  });

  it('starts a new key pair and epoch where someone may know the old one, and the recovery kit still opens', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const kit = byKit(await vault.ways.addRecoveryKit(proof));
    await vault.turn((turn) => turn.record(writeNote('before')));
    const before = decodeVaultHeader(await readFile(header(folder))).header;
    const passphrase = Buffer.from('nobody knows');
    await vault.ways.changePassphrase(proof, passphrase, 'someone-may-know-it');
    await vault.turn((turn) => turn.record(writeNote('after')));
    const after = decodeVaultHeader(await readFile(header(folder))).header;
    expect(after.epoch).toBe(before.epoch + 1);
    expect(after.keyholders[0]?.publicKey).not.toEqual(before.keyholders[0]?.publicKey);
    await vault.close();
    for (const wayIn of [kit, { passphrase }]) {
      const again = await openBy(folder, wayIn);
      const notes = await again.turn(({ db }) => db.all('SELECT name FROM notes ORDER BY name'));
      expect(notes).toEqual([{ name: 'after' }, { name: 'before' }]);
      await again.close();
    }
    expect(await refusal(folder, proof)).toEqual(unlockFailed);
  });

  it('ends a stolen recovery kit, also for who kept the header of that day', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const kit = byKit(await vault.ways.addRecoveryKit(proof));
    await copyFile(header(folder), join(folder.directory, 'kept'));
    await vault.ways.remove(proof, await idOf(vault, 'recovery-kit'), 'someone-may-have-it');
    await vault.close();
    await openBy(folder, proof).then((again) => again.close());
    await copyFile(join(folder.directory, 'kept'), header(folder));
    await expect(openBy(folder, kit)).rejects.toMatchObject({
      code: 'vault-damaged',
      message: expect.stringContaining('vault.kwh is older than the ledger'),
    });
  });
});

describe('a new epoch', () => {
  it('leaves all that was readable, keeps tokens alive and never goes back along the chain', async () => {
    const folder = await TemporaryVault.make();
    const context = (owner: string) => ({ mount: 'mount', owner, version: 1 });
    let vault = await folder.open();
    const tokenHash = await vault.turn((turn) => turn.keyedHash('kw.token'));
    for (const epoch of [1, 2, 3]) {
      await vault.turn((turn) =>
        turn.record(writeNote(`${epoch}`, turn.sealValue(Buffer.from(`${epoch}`), context(`${epoch}`)))),
      );
      if (epoch === 2) {
        await vault.close();
        vault = await folder.open();
      }
      if (epoch < 3) await vault.ways.rekey(proof);
    }
    expect(await vault.turn((turn) => turn.keyedHash('kw.token'))).toBe(tokenHash);
    await vault.close();
    const again = await folder.open();
    await again.turn((turn) => {
      const notes = turn.db.all<{ name: string; value: never }>('SELECT name, value FROM notes');
      for (const { name, value } of notes)
        expect(Buffer.from(turn.revealValue(value, context(name))).toString()).toBe(name);
    });
    expect(await again.turn((turn) => turn.keyedHash('kw.token'))).toBe(tokenHash);
    expect((await folder.verify()).records).toBe(again.head().sequence);
    const epochs = await Promise.all(
      [1, 2, 3].map(async (number) => (await readFile(folder.segment(number))).readUInt32BE(26)),
    );
    expect(epochs).toEqual([1, 2, 3]);
  });

  it('reaches every way in without asking for it', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const ways = await Promise.all(KINDS.map(([, add]) => add(vault)));
    await vault.ways.rekey(proof);
    await vault.close();
    for (const wayIn of [proof, ...ways]) expect(await refusal(folder, wayIn)).toBeUndefined();
  });
});

describe('the header', () => {
  it('that is one ahead of the ledger, because the process died in between, is recorded on opening', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const kit = byKit(await vault.ways.addRecoveryKit(proof));
    await vault.close();
    const behind = await folder.copy();
    const ahead = await folder.copy();
    for (const operation of [
      (opened: OpenedVault) => opened.ways.rekey(kit),
      (opened: OpenedVault) => opened.ways.changePassphrase(kit, Buffer.from('new'), 'another-one'),
    ]) {
      const opened = await openBy(ahead, kit);
      await operation(opened);
      await opened.close();
      await copyFile(header(ahead), header(behind));
      const reopened = await openBy(behind, kit);
      const read = decodeVaultHeader(await readFile(header(behind)));
      const { header: found } = await unlockHeaderBy(read, kit, QUICK_KDF);
      expect(await reopened.turn(({ db }) => knownSlots(db))).toEqual(slotsOf(found));
      await reopened.close();
      const once = await openBy(behind, kit);
      expect(once.head()).toEqual(reopened.head());
      await once.close();
    }
  });

  it.each([
    { version: 1, revision: 0 },
    { version: 2, revision: 2 },
  ])('of version $version still opens, and is written anew at the first change', async (former) => {
    const vectors = new TemporaryVault(
      new URL(`../../vectors/vault-${former.version}`, import.meta.url).pathname,
      (await TemporaryVault.make()).schema,
    );
    const folder = await vectors.copy();
    const before = await readFile(header(folder));
    expect(before[8]).toBe(former.version);
    expect(before.includes('owner')).toBe(true);
    expect(decodeVaultHeader(before).header.revision).toBe(former.revision);
    const vault = await folder.open();
    expect(vault.quarantine).toBeUndefined();
    expect(vault.name).toBe('Test');
    expect(new Set((await vault.ways.list()).map(({ keyholder }) => keyholder))).toEqual(new Set(['owner']));
    expect(await vault.turn(({ db }) => db.all('SELECT name FROM notes'))).toHaveLength(3);
    const kit = byKit(await vault.ways.addRecoveryKit(proof));
    await vault.close();
    const after = await readFile(header(folder));
    expect(after[8]).toBe(3);
    for (const name of ['owner', 'Test', '"name"']) expect(after.includes(name), name).toBe(false);
    const again = await openBy(folder, kit);
    expect(again.name).toBe('Test');
    expect(await again.turn(({ db }) => knownSlots(db))).toMatchObject({ keyholders: [{ name: 'owner' }] });
    await again.close();
    expect(await refusal(folder, proof)).toBeUndefined();
  });

  it('with a slot that somebody without the vault key put there gets nothing sealed to it', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    await vault.ways.addRecoveryKit(proof);
    const bytes = await readFile(header(folder));
    await writeFile(header(folder), bytes.with(40, (bytes[40] ?? 0) ^ 1));
    await expect(vault.ways.rekey(proof)).rejects.toMatchObject({ code: 'vault-damaged' });
  });
});

describe('new keys', () => {
  const made = (terms: { readonly threshold: number; readonly total: number }) => {
    const bytes = randomBytes(32);
    const { keys, set } = makeKeys(bytes, terms, randomBytes);
    if (!('shares' in keys) || set === undefined) throw new Error('shares were asked for');
    return {
      texts: keys.shares,
      keys: { secret: { kind: 'shares' as const, bytes }, shares: { set, ...terms } },
    };
  };

  it('take the place of all shares, start an epoch, and leave a passphrase as it was', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const old = byShares((await vault.ways.addShares(proof, { threshold: 2, total: 3 })).slice(1));
    const { texts, keys } = made({ threshold: 3, total: 4 });
    await vault.ways.replaceKeys(old, keys);
    expect((await vault.ways.list()).map(({ kind, total }) => [kind, total])).toEqual([
      ['passphrase', undefined],
      ['shares', 4],
    ]);
    expect(await vault.turn(({ db }) => knownSlots(db)?.epoch)).toBe(2);
    await vault.turn((turn) => turn.record(writeNote('after')));
    expect(await refusal(folder, old)).toEqual(unlockFailed);
    expect(await refusal(folder, byShares(texts.slice(1)))).toBeUndefined();
    expect(await refusal(folder, proof)).toBeUndefined();
  });

  it('of a vault without a passphrase leave the old ones nothing, not even with a copy of the old header', async () => {
    const folder = await TemporaryVault.make();
    const vault = await folder.open();
    const old = byShares(await vault.ways.addShares(proof, { threshold: 2, total: 2 }));
    await vault.ways.remove(old, await idOf(vault, 'passphrase'), 'not-needed');
    const before = decodeVaultHeader(await readFile(header(folder)));
    const { texts, keys } = made({ threshold: 2, total: 3 });
    await vault.ways.replaceKeys(old, keys);
    const after = decodeVaultHeader(await readFile(header(folder)));
    expect(after.header.keyholders[0]?.publicKey, 'a new key pair').not.toEqual(
      before.header.keyholders[0]?.publicKey,
    );
    await vault.turn((turn) => turn.record(writeNote('after')));
    await vault.close();
    expect(await refusal(folder, old)).toEqual(unlockFailed);
    const again = await openBy(folder, byShares(texts.slice(1)));
    expect(await again.turn(({ db }) => db.all('SELECT name FROM notes'))).toEqual([{ name: 'after' }]);
    await expect(again.ways.prove(old)).rejects.toEqual(unlockFailed);
  });
});
