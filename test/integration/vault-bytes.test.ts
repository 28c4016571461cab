import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createKeywardenVault } from '../../electron/create-keywarden-vault.ts';
import { openKeywarden } from '../../electron/keywarden.ts';
import { exportVault } from '../../electron/vault/export-vault.ts';
import { placeIn } from '../../electron/vault/place.ts';
import type { Operation } from '../../shared/model/operation.ts';
import { settableClock } from '../support/settable-clock.ts';

it('a vault folder searched byte by byte shows no plaintext name, path, value or member; nor do its backups', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'kw-bytes-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const directory = join(parent, 'vault');
  const backups = join(parent, 'vault.backups');
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const ports = { clock: settableClock(), random, log: () => {} };
  const place = await placeIn(join(parent, 'state'), random);
  const passphrase = Buffer.from('canary passphrase');
  const name = 'display-canary';
  const { rootToken, recoveryKit } = await createKeywardenVault({
    directory,
    passphrase,
    name,
    ports,
    place,
  });
  const keywarden = await openKeywarden({ directory, passphrase, ports, place, backups });
  onTestFinished(() => keywarden.close());
  const ask = (operation: Operation, path: string, data: Record<string, unknown> = {}) =>
    keywarden.core.handle({
      credential: { kind: 'token', token: rootToken },
      operation,
      path,
      data,
      origin: 'test',
    });
  await ask('update', 'secret/data/folder-canary/name-canary', { data: { 'field-canary': 'value-canary' } });
  await ask('update', 'secret/metadata/folder-canary/name-canary', {
    custom_metadata: { note: 'meta-canary' },
  });
  await ask('update', 'sys/policies/acl/policy-canary', {
    policy: 'path "secret/*" { capabilities = ["read"] }',
  });
  await ask('update', 'sys/auth/userpass', { type: 'userpass' });
  await ask('update', 'auth/userpass/users/member-canary', {
    password: 'password-canary',
    policies: 'policy-canary',
  });
  await ask('update', 'auth/approle/role/app-canary', { token_policies: 'policy-canary' });
  await ask('update', 'secret/destroy/folder-canary/name-canary', { versions: [1] });
  // A new epoch closes the segment: an index is made of it.
  await keywarden.ways?.rekey({ passphrase });
  await ask('read', 'sys/internal/records');
  await keywarden.backups?.make();
  await keywarden.close();

  expect(keywarden.vaultName).toBe(name);
  await exportVault({ directory, passphrase, to: join(parent, 'export.kwb'), ports });

  const files = (await readdir(parent, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  );
  const names = files.map((file) => join(file.parentPath, file.name));
  for (const kind of ['.kwh', '.kwl', '.kwx', '.kws', '.kwb', '.kwn']) {
    expect(names.filter((name) => name.endsWith(kind)).length, kind).toBeGreaterThan(0);
  }
  const forms = (text: string) => [
    text,
    Buffer.from(text).toString('hex'),
    Buffer.from(text).toString('base64url'),
  ];
  const secrets = [
    'canary',
    'owner',
    '"name"',
    'secret/',
    'userpass',
    'approle',
    'SQLite',
    'capabilities',
    ...forms(rootToken),
    recoveryKit,
    recoveryKit.replaceAll('-', ''),
  ];
  for (const name of names) {
    const bytes = await readFile(name);
    for (const text of secrets) expect(bytes.includes(text), `${text} in ${name}`).toBe(false);
  }
});
