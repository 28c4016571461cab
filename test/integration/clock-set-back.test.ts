import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createKeywardenVault } from '../../electron/create-keywarden-vault.ts';
import { openKeywarden } from '../../electron/keywarden.ts';
import { settableClock } from '../support/settable-clock.ts';

const HOUR = 3_600_000;

test.each([
  ['while it is open', false],
  ['between two openings', true],
])('a token dies on time though the wall clock is set back by an hour %s', async (_when, reopened) => {
  const clock = settableClock();
  const ports = {
    clock,
    random: (length: number) => new Uint8Array(randomBytes(length)),
    log: () => {},
  };
  const directory = join(await mkdtemp(join(tmpdir(), 'keywarden-clock-')), 'vault');
  const passphrase = () => new TextEncoder().encode('a passphrase of a test');
  const { rootToken } = await createKeywardenVault({ directory, passphrase: passphrase(), ports });
  let opened = await openKeywarden({ directory, passphrase: passphrase(), ports });
  const ask = (token: string, operation: 'read' | 'update', path: string, data = {}) =>
    opened.core.handle({ credential: { kind: 'token', token }, operation, path, data, origin: 'test' });
  const made = await ask(rootToken, 'update', 'auth/token/create', { ttl: 60 });
  const token = made.envelope?.auth?.client_token ?? '';

  if (reopened) await opened.close();
  clock.setBy(-HOUR);
  if (reopened) opened = await openKeywarden({ directory, passphrase: passphrase(), ports });
  clock.advance(59_000);
  expect((await ask(token, 'read', 'auth/token/lookup-self')).status).toBe(200);
  clock.advance(1000);
  await expect(ask(token, 'read', 'auth/token/lookup-self')).rejects.toMatchObject({
    code: 'permission-denied',
  });
  await opened.close();
  await rm(directory, { recursive: true });
});
