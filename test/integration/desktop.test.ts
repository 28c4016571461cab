import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CorePorts } from '../../electron/core/ports.ts';
import { allHandlers } from '../../electron/ipc/handlers/all-handlers.ts';
import type { Handlers } from '../../electron/ipc/router.ts';
import { openDevKeywarden } from '../../electron/keywarden.ts';
import { assembleDesktop, type Desktop } from '../../electron/main/desktop.ts';
import { findPostgresPrograms } from '../../electron/main/sample-database/postgres-programs.ts';
import { createSampleDatabase } from '../../electron/main/sample-database/sample-database.ts';
import { sampleLeftovers } from '../../electron/main/sample-database/sample-leftovers.ts';
import type { WayIn } from '../../electron/vault/way-in.ts';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { CHANNELS, type Channel } from '../../shared/ipc/channels.ts';
import { CONTRACT, type IpcInput, type IpcOutput } from '../../shared/ipc/contract.ts';
import type { IpcEvent } from '../../shared/ipc/events.ts';

const PASSPHRASE = 'correct horse battery staple';

const ports: CorePorts = {
  clock: {
    now: () => Date.now(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  },
  random: (length) => new Uint8Array(randomBytes(length)),
  log: () => undefined,
};

describe('the desktop over a real core and a real broker', () => {
  let folder: string;
  let desktop: Desktop;
  let handlers: Handlers;
  let clipboard = '';
  let screensClosed = 0;
  const events: IpcEvent[] = [];

  /** Asks as the window would: through both schemas. */
  async function ask<C extends Channel>(channel: C, input: IpcInput<C>): Promise<IpcOutput<C>> {
    const { input: takes, output: gives } = CONTRACT[channel];
    const handler = handlers[channel] as (given: unknown) => unknown;
    return gives.parse(await handler(takes.parse(input))) as IpcOutput<C>;
  }
  async function http(method: string, path: string, options: { token?: string; body?: unknown } = {}) {
    const address = desktop.broker.address();
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: options.token ? { 'X-Vault-Token': options.token } : {},
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }
  async function login(name: string): Promise<string> {
    const { handle, roleId } = await ask('apps.handOver', { name, ttl: 60 });
    await ask('apps.copyHandOver', { handle, what: 'secret-id' });
    const { body } = await http('POST', 'auth/approle/login', {
      body: { role_id: roleId, secret_id: clipboard },
    });
    return body.auth.client_token;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keywarden-test-'));
    const programs = await findPostgresPrograms();
    if (!programs) throw new Error('the embedded PostgreSQL is not installed');
    const check = (wayIn: WayIn): void => {
      if (!('passphrase' in wayIn) || new TextDecoder().decode(wayIn.passphrase) !== PASSPHRASE)
        throw new KeywardenError('unlock-failed');
    };
    desktop = await assembleDesktop({
      ports,
      // In memory, so that no key derivation slows the test; the real folders are tried in Electron.
      vaults: {
        create: async () => ({ rootToken: '', recoveryKit: '' }),
        restore: async () => undefined,
        backups: async () => [],
        backupFolder: () => '',
        open: async (_directory, wayIn) => {
          check(wayIn);
          return openDevKeywarden({ ports });
        },
        verify: async (_directory, wayIn) => check(wayIn),
        look: async () => ({ id: undefined, name: 'Team', problem: null }),
      },
      keychain: {
        available: () => false,
        keeps: async () => false,
        keep: async () => undefined,
        reveal: async () => undefined,
        forget: async () => undefined,
      },
      userData: folder,
      vaultsFolder: join(folder, 'vaults'),
      listen: { host: '127.0.0.1', port: 0 },
      runtime: {
        env: { KEYWARDEN_RUNTIME_DIR: join(folder, 'run') },
        platform: process.platform,
        uid: process.getuid?.(),
        tmpdir: folder,
      },
      clipboard: {
        readText: async () => clipboard,
        writeText: async (text) => {
          clipboard = text;
        },
        clear: () => {
          clipboard = '';
        },
      },
      sample: createSampleDatabase({
        programs,
        leftovers: sampleLeftovers(folder),
        random: ports.random,
        log: ports.log,
        progress: () => undefined,
        changed: () => undefined,
      }),
      send: (event) => events.push(event),
      replaceWindow: async () => {
        screensClosed += 1;
      },
      chooseFolder: async () => null,
      chooseBackup: async () => null,
      saveText: async () => null,
      preferencesChanged: () => undefined,
      platform: 'linux',
      version: '0.0.0',
    });
    handlers = allHandlers(desktop.desk);
    await ask('vault.unlock', { directory: join(folder, 'vault'), passphrase: PASSPHRASE });
  });
  afterAll(async () => {
    await desktop.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a handler for every channel', () => {
    expect(Object.keys(handlers).sort()).toEqual([...CHANNELS].sort());
  });

  it('keeps secrets with their versions, and shows names without values', async () => {
    expect((await ask('secrets.list', { folder: '' })).entries).toEqual([]);
    const fields = [
      { name: 'key', value: 'sk_live_1' },
      { name: 'note', value: 'for invoices' },
    ];
    expect(await ask('secrets.write', { path: 'shop/stripe', cas: 0, fields })).toEqual({ version: 1 });
    // A field without a value keeps the one that it has.
    const changed = [{ name: 'key', value: 'sk_live_2' }, { name: 'note' }];
    expect(await ask('secrets.write', { path: 'shop/stripe', cas: 1, fields: changed })).toEqual({
      version: 2,
    });
    await expect(ask('secrets.write', { path: 'shop/stripe', cas: 1, fields })).rejects.toMatchObject({
      code: 'check-and-set-failed',
    });

    expect((await ask('secrets.list', { folder: '' })).entries).toMatchObject([
      { name: 'shop', path: 'shop', isFolder: true },
    ]);
    expect((await ask('secrets.list', { folder: 'shop' })).entries).toMatchObject([
      {
        name: 'stripe',
        path: 'shop/stripe',
        isFolder: false,
        version: 2,
        updatedAt: expect.any(Number),
      },
    ]);
    const shown = await ask('secrets.show', { path: 'shop/stripe' });
    expect(shown).toMatchObject({ version: 2, deleted: false });
    expect(shown.fields.map(({ name }) => name).sort()).toEqual(['key', 'note']);
    expect(JSON.stringify(shown)).not.toContain('sk_live');
    expect(shown.versions.map(({ version }) => version)).toEqual([2, 1]);

    const field = { path: 'shop/stripe', field: 'key' };
    expect(await ask('secrets.reveal', { ...field, version: 1 })).toEqual({ value: 'sk_live_1' });
    await ask('secrets.copy', { ...field, version: 2 });
    expect(clipboard).toBe('sk_live_2');
    await ask('clipboard.clear', undefined);
    expect(clipboard).toBe('');
  });

  it('deletes the newest version and takes that back', async () => {
    expect(await ask('secrets.delete', { path: 'shop/stripe' })).toEqual({ version: 2 });
    expect(await ask('secrets.show', { path: 'shop/stripe' })).toMatchObject({ deleted: true, fields: [] });
    await ask('secrets.undelete', { path: 'shop/stripe', version: 2 });
    expect(await ask('secrets.show', { path: 'shop/stripe' })).toMatchObject({ deleted: false });
  });

  it('issues a keycard of the sample, shown once, renewed, revoked, and dead at the database', async () => {
    const { connection, role } = await ask('databases.startSample', undefined);
    expect(connection).toMatchObject({ name: 'sample', isSample: true });
    expect(await ask('databases.check', { name: 'sample', rehearse: false })).toMatchObject({
      healthy: true,
      findings: [],
    });

    const issued = await ask('keycards.issue', { role: role.name, ttl: 60 });
    expect(issued.keycard).toMatchObject({
      state: 'active',
      promise: 'dies-by-itself',
      username: issued.username,
      path: 'database/creds/sample-readonly',
    });
    expect(issued.keycard.expiresAt - issued.keycard.issuedAt).toBeLessThan(70_000);
    expect(JSON.stringify(issued)).not.toContain('password');
    await ask('keycards.copyIssued', { handle: issued.handle, what: 'url' });
    const client = new pg.Client(clipboard);
    client.on('error', () => undefined);
    await client.connect();
    expect((await client.query('SELECT count(*)::int AS n FROM products')).rows).toEqual([{ n: 5 }]);

    const { keycard } = await ask('keycards.renew', { leaseId: issued.keycard.leaseId, increment: 600 });
    expect(keycard.expiresAt).toBeGreaterThan(issued.keycard.expiresAt);
    const revoked = await ask('keycards.revoke', { leaseId: keycard.leaseId });
    expect(revoked.keycard.state).toBe('dead');
    expect(revoked.keycard.proof.length).toBeGreaterThan(0);
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(new pg.Client(clipboard).connect()).rejects.toThrow();
    expect((await ask('keycards.list', undefined)).keycards[0]).toMatchObject({ state: 'dead' });
  });

  it('hands an app over once, and takes everything from it when it is removed', async () => {
    const doors = [
      { kind: 'read-secret' as const, target: 'shop/' },
      { kind: 'database' as const, target: 'sample-readonly' },
    ];
    await ask('apps.write', { name: 'Billing', access: { doors }, tokenTtl: 600 });
    const token = await login('Billing');
    expect((await http('GET', 'secret/data/shop/stripe', { token })).body.data.data.key).toBe('sk_live_2');
    expect((await http('GET', 'secret/data/other', { token })).status).toBe(403);
    expect((await http('GET', 'database/creds/sample-readonly', { token })).status).toBe(200);

    const shown = await ask('apps.show', { name: 'billing' });
    expect(shown).toMatchObject({ doors, policyByHand: false, tokenTtl: 600 });
    expect(shown.keycards).toMatchObject([{ holder: 'billing', state: 'active' }]);
    expect((await ask('apps.list', undefined)).apps).toMatchObject([
      { name: 'billing', liveKeycards: 1, policyNames: ['app-billing'], lastLoginAt: expect.any(Number) },
    ]);

    await ask('apps.remove', { name: 'billing' });
    expect((await http('GET', 'secret/data/shop/stripe', { token })).status).toBe(403);
    await expect
      .poll(async () => (await ask('keycards.list', undefined)).keycards.map(({ state }) => state))
      .toEqual(['dead', 'dead']);
    expect((await ask('apps.list', undefined)).apps).toEqual([]);
  });

  it('hands over a node-vault snippet that runs as it is', async () => {
    const doors = [{ kind: 'read-secret' as const, target: 'shop/stripe' }];
    await ask('apps.write', { name: 'snippet', access: { doors }, tokenTtl: 600 });
    const { handle, roleId, address } = await ask('apps.handOver', { name: 'snippet', ttl: 60 });
    await ask('apps.copyHandOver', { handle, what: 'secret-id' });
    const env = { ...process.env, VAULT_ADDR: address, VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: clipboard };
    await ask('apps.copyHandOver', { handle, what: 'node-vault' });
    const args = ['--input-type=module', '--eval', clipboard];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toContain("[ 'key', 'note' ]");
  });

  it('a hand-over is good for one login', async () => {
    const access = { policyText: 'path "secret/data/shop/*" { capabilities = ["read"] }' };
    await ask('apps.write', { name: 'once', access, tokenTtl: 600 });
    const { handle, roleId } = await ask('apps.handOver', { name: 'once', ttl: 60 });
    await ask('apps.copyHandOver', { handle, what: 'secret-id' });
    const body = { role_id: roleId, secret_id: clipboard };
    expect((await http('POST', 'auth/approle/login', { body })).status).toBe(200);
    expect((await http('POST', 'auth/approle/login', { body })).status).toBe(400);
    expect(await ask('apps.show', { name: 'once' })).toMatchObject({ policyByHand: true, doors: [] });
    await ask('apps.copyHandOver', { handle, what: 'environment' });
    expect(clipboard).toContain(`VAULT_ADDR=${desktop.broker.address()}`);
  });

  it('says where a policy does not parse', async () => {
    const access = { policyText: 'path "x" {\n  capabilities = ["fly"]\n}' };
    await expect(ask('apps.write', { name: 'bad', access, tokenTtl: 60 })).rejects.toMatchObject({
      code: 'policy-invalid',
    });
    await expect(ask('apps.show', { name: 'bad' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('approves what kw login asks for, and lock takes it back', async () => {
    const asked = await http('POST', 'auth/desktop/request', { body: { program: 'kw' } });
    const { request, code } = asked.body.data;
    expect((await ask('logins.list', undefined)).requests).toMatchObject([{ code, program: 'kw' }]);
    await ask('logins.decide', { code, approve: true });
    const { body } = await http('POST', 'auth/desktop/login', { body: { request } });
    const token = body.auth.client_token as string;
    expect((await http('GET', 'secret/data/shop/stripe', { token })).status).toBe(200);
    await ask('vault.lock', undefined);
    expect((await http('GET', 'secret/data/shop/stripe', { token })).status).toBe(403);
    await ask('vault.unlock', { directory: join(folder, 'vault'), passphrase: PASSPHRASE });
  });

  it('locks: the screen and what was held for it go, apps are served on', async () => {
    const token = await login('once');
    const { handle } = await ask('apps.handOver', { name: 'once', ttl: 60 });
    const closedBefore = screensClosed;
    expect(await ask('vault.lock', undefined)).toMatchObject({ phase: 'locked', broker: { serving: true } });
    expect(screensClosed).toBe(closedBefore + 1);
    expect(clipboard).toBe('');
    await expect(ask('secrets.list', { folder: '' })).rejects.toMatchObject({ code: 'locked' });
    expect((await http('GET', 'secret/data/shop/stripe', { token })).status).toBe(200);

    await expect(
      ask('vault.unlock', { directory: join(folder, 'vault'), passphrase: 'wrong' }),
    ).rejects.toMatchObject({ code: 'unlock-failed' });
    await ask('vault.unlock', { directory: join(folder, 'vault'), passphrase: PASSPHRASE });
    await expect(ask('apps.copyHandOver', { handle, what: 'secret-id' })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect((await ask('secrets.list', { folder: '' })).entries.length).toBe(1);
  });

  it('tells the window what changed, and never a value', async () => {
    events.length = 0;
    await ask('secrets.write', { path: 'news', cas: 0, fields: [{ name: 'f', value: 'canary-value' }] });
    await expect
      .poll(() => events)
      .toContainEqual({
        kind: 'changed',
        topics: expect.arrayContaining(['secrets']),
      });
    expect(JSON.stringify(events)).not.toContain('canary-value');
  });

  it('stops the sample with one click: its keycards, role and connection are gone', async () => {
    await ask('keycards.issue', { role: 'sample-readonly' });
    await ask('databases.stopSample', undefined);
    expect(await ask('databases.list', undefined)).toEqual({
      connections: [],
      roles: [],
      sample: { state: 'absent', address: null },
    });
    const { keycards } = await ask('keycards.list', undefined);
    expect(keycards.filter(({ state }) => state !== 'dead')).toEqual([]);
  });

  it('seals on request from outside: the broker answers 503 and the window knows', async () => {
    await ask('databases.startSample', undefined);
    const asked = await http('POST', 'auth/desktop/request', { body: { program: 'kw' } });
    // Another one was approved a moment ago.
    const approved = () =>
      ask('logins.decide', { code: asked.body.data.code, approve: true }).then(
        () => true,
        () => false,
      );
    await expect.poll(approved, { timeout: 5_000 }).toBe(true);
    const { body } = await http('POST', 'auth/desktop/login', { body: { request: asked.body.data.request } });
    const sealing = await http('POST', 'sys/seal', { token: body.auth.client_token });
    expect(sealing.status).toBe(204);
    await expect.poll(async () => (await ask('app.status', undefined)).phase).toBe('sealed');
    expect((await http('GET', 'secret/data/news')).status).toBe(503);
    await expect.poll(() => desktop.desk.sample.state().state).toBe('absent');
    await expect(ask('secrets.list', { folder: '' })).rejects.toMatchObject({ code: 'sealed' });
  });
});
