import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeywarden } from '../../electron/keywarden.ts';
import { makeKwHome } from '../support/kw.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { installedPostgres } from '../support/postgres-binaries.ts';
import { QUICK_KDF } from '../unit/vault/quick-kdf.ts';
import { type Bundle, bundle } from './bundle.ts';

const PASSPHRASE = 'a passphrase for a restore alone';

let kw: Bundle;
beforeAll(async () => {
  kw = await bundle('electron/cli/kw.ts', { quickKeys: true });
});
afterAll(() => kw?.remove());

interface Keycard {
  readonly lease: string;
  readonly username: string;
  readonly password: string;
}

type Lease = Readonly<Record<string, unknown>>;

/** A served vault, asked over HTTP as root. */
function clientOf(address: string, token: string) {
  const ask = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const lease = async (username: string): Promise<Lease> => {
    const { data } = await ask('GET', 'sys/internal/leases');
    return (data as { leases: Lease[] }).leases.find((one) => one['username'] === username) ?? {};
  };
  return {
    ask,
    lease,
    async issue(ttl: number): Promise<Keycard> {
      const issued = await ask('GET', `database/creds/app?ttl=${ttl}`);
      return { ...(issued['data'] as Omit<Keycard, 'lease'>), lease: String(issued['lease_id']) };
    },
    async until(username: string, holds: (lease: Lease) => boolean): Promise<Lease> {
      for (let look = 0; look < 600; look += 1) {
        const seen = await lease(username);
        if (holds(seen)) return seen;
        await wait(50);
      }
      throw new Error(`never came: ${JSON.stringify(await lease(username))}`);
    },
  };
}

describe.each(installedPostgres())('a backup of a vault with keycards on PostgreSQL: $name', ({ folder }) => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres([], folder);
    await postgres.query(`
      CREATE ROLE broker LOGIN CREATEROLE PASSWORD '${postgres.password}'; CREATE ROLE readers NOLOGIN;
      GRANT readers TO broker WITH ADMIN OPTION;
    `);
  });
  afterAll(() => postgres?.close());

  const users = async () =>
    (await postgres.query<{ name: string }>("SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'v-%'"))
      .map(({ name }) => name)
      .sort();
  const opens = ({ username, password }: Keycard) =>
    postgres.login(username, password).then(
      async (client) => {
        await client.end();
        return 'open';
      },
      (error: { code?: string }) => error.code,
    );

  /** A vault with a connection and a role, on a machine of its own. */
  async function firstMachine() {
    const home = makeKwHome(kw.script);
    const options = ['--vault', join(home.folder, 'vault'), '--passphrase-file', home.file('p', PASSPHRASE)];
    const made = await home.kw(['init', ...options, '--json']);
    const token = String(JSON.parse(made.stdout).root_token);
    const served = await home.serve([...options, '--listen', '127.0.0.1:0', '--backups', 'none']);
    const client = clientOf(served.address, token);
    await client.ask('POST', 'sys/mounts/database', { type: 'database' }).catch(() => {});
    await client.ask('POST', 'database/config/main', {
      plugin_name: 'postgresql-database-plugin',
      connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
      username: 'broker',
      password: postgres.password,
      allowed_roles: '*',
    });
    await client.ask('POST', 'database/roles/app', {
      db_name: 'main',
      group_role: 'readers',
      default_ttl: '1h',
      max_ttl: '24h',
    });
    return { home, options, token, served, client };
  }

  /** Another machine, on which a backup is put back. */
  async function secondMachine(backup: string) {
    const home = makeKwHome(kw.script);
    const directory = join(home.folder, 'vault');
    const options = ['--vault', directory, '--passphrase-file', home.file('p', PASSPHRASE)];
    expect(await home.kw(['restore', backup, ...options])).toMatchObject({ code: 0 });
    return { home, directory, options, listen: [...options, '--listen', '127.0.0.1:0', '--backups', 'none'] };
  }

  it('adopts what was issued since, which ends at its own deadline; in quarantine nothing happens', async () => {
    const first = await firstMachine();
    const kept = await first.client.issue(3600);
    const backup = join(first.home.folder, 'vault.kwb');
    expect(await first.home.kw(['backup', ...first.options, '--to', backup])).toMatchObject({ code: 0 });
    const long = await first.client.issue(3600);
    const soon = await first.client.issue(20);
    const overdue = await first.client.issue(1);
    // The machine is lost before that one could be ended.
    await first.served.end('SIGKILL');
    rmSync(join(first.home.folder, 'vault'), { recursive: true });
    for (let look = 0; look < 200 && (await opens(overdue)) === 'open'; look += 1) await wait(50);
    const before = await users();
    expect(before).toEqual([kept, long, soon, overdue].map(({ username }) => username).sort());

    const second = await secondMachine(backup);
    const refused = await second.home.kw(['serve', ...second.listen]);
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    const looked = await openKeywarden({
      directory: second.directory,
      ports: {
        clock: {
          now: () => Date.now(),
          after(milliseconds, callback) {
            const timer = setTimeout(callback, milliseconds);
            return () => clearTimeout(timer);
          },
        },
        random: (length) => new Uint8Array(randomBytes(length)),
        log: () => {},
      },
      passphrase: Buffer.from(PASSPHRASE),
      ...{ kdf: QUICK_KDF },
    });
    expect(looked.quarantine).toMatchObject({ reason: 'restored' });
    for (const path of ['database/reconcile/main', 'sys/leases/revoke-prefix/database']) {
      const asked = looked.core.handle({
        credential: { kind: 'token', token: first.token },
        operation: 'update',
        path,
        data: {},
        origin: 'test',
      });
      await expect(asked).rejects.toMatchObject({ code: 'vault-quarantined' });
    }
    await looked.close();
    expect(await users()).toEqual(before);

    expect(await second.home.kw(['restore', '--confirm', ...second.options])).toMatchObject({ code: 0 });
    const served = await second.home.serve(second.listen);
    const client = clientOf(served.address, first.token);
    await client.until(overdue.username, ({ state }) => state === 'dead');
    const adopted = { state: 'active', owner: 'adopted', path: 'database/adopted/main' };
    expect(await client.until(long.username, ({ state }) => state === 'active')).toMatchObject(adopted);
    expect(Number((await client.lease(long.username))['ttl'])).toBeGreaterThan(3400);
    expect(await opens(long)).toBe('open');
    expect(await opens(kept)).toBe('open');
    expect(await client.lease(kept.username)).toMatchObject({ state: 'active', lease_id: kept.lease });
    const ended = await client.until(soon.username, ({ state }) => state === 'dead');
    expect(ended).toMatchObject({ proof: expect.arrayContaining(['no such role', 'no session']) });
    expect(await opens(soon)).toBe('28P01');
    expect(Date.parse(String(ended['proven_time']))).toBeGreaterThanOrEqual(
      Date.parse(String(ended['expire_time'])),
    );
    await client.ask('POST', 'sys/leases/revoke-prefix/database');
    await client.until(long.username, ({ state }) => state === 'dead');
    await client.until(kept.username, ({ state }) => state === 'dead');
    expect(await users()).toEqual([]);
    await served.end();
    await second.home.remove();
    await first.home.remove();
  });

  it('a vault and its copy that both run end nothing that the other one keeps alive', async () => {
    const first = await firstMachine();
    const backup = join(first.home.folder, 'vault.kwb');
    expect(await first.home.kw(['backup', ...first.options, '--to', backup])).toMatchObject({ code: 0 });
    const second = await secondMachine(backup);
    expect(await second.home.kw(['restore', '--confirm', ...second.options])).toMatchObject({ code: 0 });
    const served = await second.home.serve(second.listen);
    const copy = clientOf(served.address, first.token);

    const renewed = await first.client.issue(12);
    const ofCopy = await copy.issue(3600);
    await copy.ask('POST', 'database/reconcile/main');
    expect(await copy.lease(renewed.username)).toMatchObject({ owner: 'adopted', state: 'active' });
    await first.client.ask('POST', 'sys/leases/renew', { lease_id: renewed.lease, increment: 3600 });
    // By what the copy knows it is overdue now.
    await copy.until(
      renewed.username,
      ({ state, reason, ttl }) => (state === 'ending' && reason !== null) || Number(ttl) > 60,
    );
    expect(await opens(renewed)).toBe('open');
    await copy.ask('POST', 'database/reconcile/main');
    expect(await copy.lease(renewed.username)).toMatchObject({ state: 'active' });
    expect(Number((await copy.lease(renewed.username))['ttl'])).toBeGreaterThan(3000);

    const report = await first.client.ask('POST', 'database/reconcile/main');
    expect(report['data']).toMatchObject({ reaped: [], reopened: [], findings: [] });
    expect(await first.client.lease(ofCopy.username)).toMatchObject({ owner: 'adopted', state: 'active' });
    expect(await opens(ofCopy)).toBe('open');

    // Revoked by one, it is dead for both.
    await copy.ask('POST', 'sys/leases/revoke', {
      lease_id: (await copy.lease(renewed.username))['lease_id'],
    });
    expect(await opens(renewed)).toBe('28P01');
    await first.client.ask('POST', 'sys/leases/revoke', { lease_id: renewed.lease });
    expect(await first.client.lease(renewed.username)).toMatchObject({ state: 'dead' });
    await copy.ask('POST', 'sys/leases/revoke-prefix/database');
    expect(await opens(ofCopy)).toBe('28P01');
    await served.end();
    await first.served.end();
    await second.home.remove();
    await first.home.remove();
  });
});
