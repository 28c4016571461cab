import { type OpenVaultOptions, openVault } from '../../electron/vault/open-vault.ts';
import type { WayIn } from '../../electron/vault/way-in.ts';
import type { WaysIn } from '../../electron/vault/ways-in.ts';
import { PASSPHRASE } from '../unit/vault/quick-kdf.ts';
import { writeNote } from '../unit/vault/sample-schema.ts';

export const KIT = new Uint8Array(32).fill(7);
export const NEW_PASSPHRASE: Uint8Array = Buffer.from('another passphrase');

/** Which of the old passphrase, the new one and the recovery kit open the vault. */
interface Openers {
  readonly old: boolean;
  readonly new: boolean;
  readonly kit: boolean;
}

/** A change of the ways in, with what opens the vault before and after. */
interface Change {
  readonly id: string;
  readonly what: string;
  readonly before: Openers;
  readonly after: Openers;
  make(ways: WaysIn): Promise<unknown>;
}

const proof: WayIn = { passphrase: PASSPHRASE };
const before: Openers = { old: true, new: false, kit: true };
const idOf = async (ways: WaysIn, kind: string) =>
  (await ways.list()).find((way) => way.kind === kind)?.id ?? '';

export const CHANGES: readonly Change[] = [
  { id: 'rekey', what: 'a new vault key', before, after: before, make: (ways) => ways.rekey(proof) },
  {
    id: 'another-one',
    what: 'another passphrase',
    before,
    after: { old: false, new: true, kit: true },
    make: (ways) => ways.changePassphrase(proof, NEW_PASSPHRASE, 'another-one'),
  },
  {
    id: 'leaked',
    what: 'another passphrase because someone may know it',
    before,
    after: { old: false, new: true, kit: true },
    make: (ways) => ways.changePassphrase(proof, NEW_PASSPHRASE, 'someone-may-know-it'),
  },
  {
    id: 'remove',
    what: 'a recovery kit that is taken out',
    before,
    after: { ...before, kit: false },
    make: async (ways) => ways.remove(proof, await idOf(ways, 'recovery-kit'), 'not-needed'),
  },
  {
    id: 'remove-leaked',
    what: 'a recovery kit that is taken out because someone may have it',
    before,
    after: { ...before, kit: false },
    make: async (ways) => ways.remove(proof, await idOf(ways, 'recovery-kit'), 'someone-may-have-it'),
  },
  {
    id: 'add-shares',
    what: 'shares that are added',
    before,
    after: before,
    make: (ways) => ways.addShares(proof, { threshold: 2, total: 3 }),
  },
];

/** What was acknowledged before death came. */
export interface Heard {
  changed: boolean;
  readonly notes: string[];
}

/** Writes before, during and after a change of the ways in, and closes. `heard` is told of each thing that is acknowledged. */
export async function changeAndWrite(
  options: OpenVaultOptions,
  id: string,
  heard: Heard,
  say: (line: string) => void = () => {},
): Promise<void> {
  const vault = await openVault(options);
  const write = async (name: string) => {
    await vault.turn((turn) => turn.record(writeNote(name)));
    heard.notes.push(name);
    say(`+${name}`);
  };
  try {
    await write('before');
    const change = CHANGES.find((one) => one.id === id)?.make(vault.ways);
    const during = write('during');
    during.catch(() => undefined); // It is waited for below, whatever becomes of the change.
    await change;
    heard.changed = true;
    say('changed');
    await during;
    await write('after');
  } finally {
    await vault.close();
  }
  say('closed');
}
