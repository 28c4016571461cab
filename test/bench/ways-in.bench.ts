/**
 * How long each answer of a vault's door takes, with the key derivation that every vault has: a wrong passphrase must take as long as the
 * right one, and a wrong secret as long as one whose slot is missing. Prints medians beside each other, and the ratio of each pair.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { revealSharedSecret } from '../../electron/crypto/share-text.ts';
import { createVault } from '../../electron/vault/create-vault.ts';
import { openVault } from '../../electron/vault/open-vault.ts';
import { verifyPassphrase } from '../../electron/vault/verify-passphrase.ts';
import type { WayIn } from '../../electron/vault/way-in.ts';
import { throwAwayFolder } from './support/secrets-vault.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const MANY = 200;

const PASSPHRASE = Buffer.from('correct horse battery staple');
const folder = throwAwayFolder();
const schema = { changes: [], migrations: [] };
const ports = { clock: { now: () => Date.now() }, random: randomBytes };
const withAll = join(folder, 'with-all');
const without = join(folder, 'without-passphrase');
const bare = join(folder, 'passphrase-alone');
const proof: WayIn = { passphrase: PASSPHRASE };
const kit = randomBytes(32);

async function make(directory: string): Promise<readonly string[]> {
  await createVault({ directory, passphrase: PASSPHRASE, schema, ports, recoveryKit: kit });
  const vault = await openVault({ directory, ...proof, schema, ports });
  const shares = await vault.ways.addShares(proof, { threshold: 2, total: 3 });
  if (directory === without) {
    for (const { id, kind } of await vault.ways.list()) {
      if (kind === 'passphrase') await vault.ways.remove(proof, id, 'not-needed');
    }
  }
  await vault.close();
  return shares;
}

const shares = await make(withAll);
await make(without);
await createVault({ directory: bare, passphrase: PASSPHRASE, schema, ports });

const secret = (kind: 'recovery-kit' | 'keychain' | 'shares', bytes: Uint8Array): WayIn => ({
  secret: { kind, bytes },
});

interface Try {
  readonly what: string;
  readonly directory: string;
  readonly wayIn: WayIn;
  readonly opens: boolean;
  readonly rounds: number;
}
const tries: readonly (Try | string)[] = [
  'by passphrase (Argon2id)',
  { what: 'the right one', directory: withAll, wayIn: proof, opens: true, rounds: ROUNDS },
  {
    what: 'a wrong one',
    directory: withAll,
    wayIn: { passphrase: Buffer.from('wrong') },
    opens: false,
    rounds: ROUNDS,
  },
  {
    what: 'a wrong one, as long as a page',
    directory: withAll,
    wayIn: { passphrase: randomBytes(1024) },
    opens: false,
    rounds: ROUNDS,
  },
  { what: 'a vault that has no passphrase', directory: without, wayIn: proof, opens: false, rounds: MANY },
  'by a secret of 32 bytes',
  {
    what: 'the right recovery kit',
    directory: withAll,
    wayIn: secret('recovery-kit', kit),
    opens: true,
    rounds: MANY,
  },
  {
    what: 'a wrong recovery kit',
    directory: withAll,
    wayIn: secret('recovery-kit', randomBytes(32)),
    opens: false,
    rounds: MANY,
  },
  {
    what: 'a recovery kit, where none was made',
    directory: bare,
    wayIn: secret('recovery-kit', kit),
    opens: false,
    rounds: MANY,
  },
  {
    what: 'the right shares',
    directory: withAll,
    wayIn: secret('shares', revealSharedSecret(shares.slice(1))),
    opens: true,
    rounds: MANY,
  },
  {
    what: 'wrong shares',
    directory: withAll,
    wayIn: secret('shares', randomBytes(32)),
    opens: false,
    rounds: MANY,
  },
  {
    what: 'a keychain, where none was added',
    directory: withAll,
    wayIn: secret('keychain', randomBytes(32)),
    opens: false,
    rounds: MANY,
  },
];

process.stdout.write(
  `${'answer of the door'.padEnd(44)} ${'median'.padStart(12)} ${'fastest'.padStart(12)}\n`,
);
for (const one of tries) {
  if (typeof one === 'string') {
    process.stdout.write(`\n${one}\n`);
    continue;
  }
  const took: number[] = [];
  for (let round = 0; round < one.rounds; round++) {
    const started = performance.now();
    const outcome = await verifyPassphrase({ directory: one.directory, ...one.wayIn }).then(
      () => true,
      () => false,
    );
    took.push(performance.now() - started);
    if (outcome !== one.opens) throw new Error(`${one.what}: ${outcome ? 'opened' : 'refused'}`);
  }
  took.sort((a, b) => a - b);
  const shown = [took[Math.floor(took.length / 2)], took[0]].map((ms = Number.NaN) =>
    `${ms.toFixed(2)} ms`.padStart(12),
  );
  process.stdout.write(`  ${one.what.padEnd(42)} ${shown.join(' ')}\n`);
}
process.stdout.write(
  '\nWhich slots a vault has is written in its header, for everybody to read: that a missing one answers at once tells nothing.\n',
);
