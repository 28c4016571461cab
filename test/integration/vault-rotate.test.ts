import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { CorePorts } from '../../electron/core/ports.ts';
import { createKeywardenVault } from '../../electron/create-keywarden-vault.ts';
import { openKeywarden } from '../../electron/keywarden.ts';
import type { Operation } from '../../shared/model/operation.ts';

const ports: CorePorts = {
  clock: {
    now: () => Date.now(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  },
  random: (length) => new Uint8Array(randomBytes(length)),
  log: () => {},
};

it('sys/rotate starts a new term of the key for whoever shows the passphrase, and the vault opens as before', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keywarden-rotate-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const passphrase = () => new TextEncoder().encode('one long passphrase');
  const { rootToken } = await createKeywardenVault({ directory, ports, passphrase: passphrase() });
  const open = async () => {
    const keywarden = await openKeywarden({ directory, ports, passphrase: passphrase() });
    const ask = async (operation: Operation, path: string, data = {}) => {
      const credential = { kind: 'token', token: rootToken } as const;
      return (await keywarden.core.handle({ credential, operation, path, data, origin: 'test' })).envelope
        ?.data;
    };
    return { keywarden, ask };
  };

  const first = await open();
  await first.ask('update', 'secret/data/app', { data: { v: 1 } });
  expect(await first.ask('read', 'sys/key-status')).toMatchObject({ term: 1 });
  await expect(first.ask('update', 'sys/rotate')).rejects.toThrow(/send the passphrase/);
  await expect(first.ask('update', 'sys/rotate', { passphrase: 'wrong' })).rejects.toMatchObject({
    code: 'unlock-failed',
  });
  await first.ask('update', 'sys/rotate', { passphrase: 'one long passphrase' });
  expect(await first.ask('read', 'sys/key-status')).toMatchObject({ term: 2 });
  await first.keywarden.close();

  const second = await open();
  expect(await second.ask('read', 'secret/data/app')).toMatchObject({ data: { v: 1 } });
  expect(await second.ask('read', 'sys/key-status')).toMatchObject({ term: 2 });
  await second.keywarden.close();
}, 60_000);
