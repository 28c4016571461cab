import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KdfRules } from '../../../electron/crypto/passphrase-kdf.ts';
import { KV_SECRET_CREATED, KV_VERSION_WRITTEN } from '../../../electron/engines/kv/kv-changes.ts';
import { KV_MIGRATIONS } from '../../../electron/engines/kv/kv-migrations.ts';
import type { StateSchema } from '../../../electron/vault/change.ts';
import { createVault } from '../../../electron/vault/create-vault.ts';
import { openVault } from '../../../electron/vault/open-vault.ts';
import { FORGET_VALUE, type ValueHash, type Vault } from '../../../electron/vault/vault.ts';

/** Key derivation that costs nothing: a bench measures what comes after it. */
const QUICK_KDF: KdfRules = {
  least: { memory: 64, passes: 1, lanes: 1 },
  most: { memory: 1_048_576, passes: 16, lanes: 4 },
  target: 0,
};

const MOUNT = randomUUID();
const SCHEMA: StateSchema = {
  changes: [KV_SECRET_CREATED, KV_VERSION_WRITTEN] as StateSchema['changes'],
  migrations: KV_MIGRATIONS,
};

/** An application's secret of ordinary size. */
const VALUE = JSON.stringify({
  host: 'db.internal',
  password: 'x'.repeat(32),
  port: '5432',
  user: 'application',
});

const ACTOR = { kind: 'token', id: randomBytes(12).toString('hex'), name: 'token-ci' };

function options(directory: string) {
  return {
    directory,
    passphrase: Buffer.from('a passphrase for a bench alone'),
    schema: SCHEMA,
    ports: {
      clock: { now: () => Date.now() },
      random: (length: number) => new Uint8Array(randomBytes(length)),
    },
    kdf: QUICK_KDF,
  };
}

/** A folder that goes with the process. */
export function throwAwayFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywarden-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes an empty vault with the tables of KV 2. */
export async function makeSecretsVault(directory: string): Promise<void> {
  await createVault(options(directory));
}

/** Opens it; the key derivation takes a millisecond. */
export function openSecretsVault(directory: string): Promise<Vault> {
  return openVault(options(directory));
}

/** One durable write: a new secret with one version, as the KV engine records it. */
export function writeSecret(vault: Vault, path: string): Promise<void> {
  return vault.turn((turn) => {
    const secret = randomUUID();
    const value = turn.sealValue(Buffer.from(VALUE), { mount: MOUNT, owner: secret, version: 1 });
    const at = turn.now;
    turn.record({
      actor: ACTOR,
      operation: 'update',
      path: `secret/data/${path}`,
      outcome: 'ok',
      requestId: secret,
      changes: [
        KV_SECRET_CREATED.make({ mount: MOUNT, secret, path, at }),
        KV_VERSION_WRITTEN.make({ secret, version: 1, value, oldestVersion: 1, deletionAt: null, at }),
      ],
    });
  });
}

/** One read, as the KV engine reads: the secret by its path, its version, its value opened. Not recorded. */
export function readSecret(vault: Vault, path: string): Promise<number> {
  const cut = path.lastIndexOf('/') + 1;
  return vault.turn((turn) => {
    const row = turn.db.get<{ id: string; mount: string; value: ValueHash }>(
      `SELECT s.id, s.mount, v.value FROM kv_secret s JOIN kv_version v ON v.secret = s.id AND v.version = s.current_version
       WHERE s.folder = ? AND s.name = ? AND s.mount IN (SELECT DISTINCT mount FROM kv_secret LIMIT 1)`,
      path.slice(0, cut),
      path.slice(cut),
    );
    if (!row) throw new Error(`${path} is missing`);
    return turn.revealValue(row.value, { mount: row.mount, owner: row.id, version: 1 }).length;
  });
}

/** `team-07/service-123/credentials`: forty folders of teams, as many services as it takes. */
export function secretPath(number: number): string {
  return `team-${String(number % 40).padStart(2, '0')}/service-${Math.floor(number / 40)}/credentials`;
}

/** Fills a vault with so many secrets, many at a time. */
export async function fillSecrets(vault: Vault, from: number, to: number): Promise<void> {
  let next = from;
  const lane = async () => {
    while (next < to) await writeSecret(vault, secretPath(next++));
  };
  await Promise.all(Array.from({ length: 256 }, lane));
}

/** Forgets the values of some secrets, spread over all of them. */
export async function destroySecrets(vault: Vault, count: number): Promise<void> {
  const hashes = await vault.turn(({ db }) =>
    db.all<{ hash: string }>(
      'SELECT hash FROM vault_values WHERE hash LIKE ? ORDER BY hash LIMIT ?',
      '7%',
      count,
    ),
  );
  for (const { hash } of hashes) {
    await vault.turn((turn) =>
      turn.record({
        actor: ACTOR,
        operation: 'update',
        path: 'secret/destroy/some',
        outcome: 'ok',
        requestId: hash,
        changes: [{ type: FORGET_VALUE, data: { hash } }],
      }),
    );
  }
}
