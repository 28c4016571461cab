import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ask } from '../../electron/ipc/desk.ts';
import { findPostgresPrograms } from '../../electron/main/sample-database/postgres-programs.ts';
import {
  createSampleDatabase,
  type ManagedSample,
} from '../../electron/main/sample-database/sample-database.ts';
import { sampleLeftovers } from '../../electron/main/sample-database/sample-leftovers.ts';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

type Config = { connection_url: string; username: string; password: string };

/** Core as far as the sample asks it: remembers what was written. */
function rememberingCore() {
  const written = new Map<string, unknown>();
  const asked: string[] = [];
  const ask: Ask = async (operation, path, data) => {
    asked.push(`${operation} ${path}`);
    if (operation === 'read' && !written.has(path)) throw new KeywardenError('not-found');
    if (operation === 'update') written.set(path, data);
    if (operation === 'delete') written.delete(path);
    return null;
  };
  const config = () => written.get('database/config/sample') as Config;
  const url = (username: string, password: string) =>
    config().connection_url.replace('{{username}}', username).replace('{{password}}', password);
  return { ask, asked, written, config, url };
}

describe('the sample database', () => {
  let userData: string;
  const steps: string[] = [];
  let core: ReturnType<typeof rememberingCore>;
  let sample: ManagedSample;

  async function make(): Promise<ManagedSample> {
    const programs = await findPostgresPrograms();
    if (!programs) throw new Error('the embedded PostgreSQL is not installed');
    return createSampleDatabase({
      programs,
      leftovers: sampleLeftovers(userData),
      random: (length) => new Uint8Array(randomBytes(length)),
      log: () => undefined,
      progress: (step) => steps.push(step),
      changed: () => undefined,
    });
  }
  async function query(url: string, sql: string): Promise<pg.QueryResult['rows']> {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }
  const noteFile = () => join(userData, 'sample.json');
  const folder = () => (JSON.parse(readFileSync(noteFile(), 'utf8')) as { folder: string }).folder;

  beforeEach(async () => {
    userData = mkdtempSync(join(tmpdir(), 'keywarden-test-'));
    core = rememberingCore();
    sample = await make();
  });
  afterEach(async () => {
    await sample.end(core.ask);
    rmSync(userData, { recursive: true, force: true });
  });

  it('gives the engine a user that makes roles, reads nothing and is no superuser', async () => {
    await sample.start(core.ask, 'vault-1');
    const { username, password } = core.config();
    const [row] = await query(
      core.url(username, password),
      'SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user',
    );
    expect(row).toEqual({ rolsuper: false, rolcreaterole: true });
    expect(steps.length).toBeGreaterThan(2);
    expect(sample.state()).toEqual({
      state: 'running',
      address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
  });

  it('lets a keycard made by its statements read the shop, and not write it', async () => {
    await sample.start(core.ask, 'vault-1');
    const { username, password } = core.config();
    const { creation_statements } = core.written.get('database/roles/sample-readonly') as {
      creation_statements: string[];
    };
    for (const statement of creation_statements) {
      const filled = statement
        .replace('{{name}}', 'reader')
        .replace('{{password}}', 'a-password')
        .replace('{{expiration}}', '2100-01-01 00:00:00+00');
      await query(core.url(username, password), filled);
    }
    const reader = core.url('reader', 'a-password');
    expect(await query(reader, 'SELECT count(*)::int AS n FROM products')).toEqual([{ n: 5 }]);
    await expect(query(reader, 'DELETE FROM orders')).rejects.toThrow(/permission denied/);
  });

  it('has no administrator who could log in, and no password in its files', async () => {
    await sample.start(core.ask, 'vault-1');
    await expect(query(core.url('postgres', ''), 'SELECT 1')).rejects.toThrow();
    expect(readFileSync(join(folder(), 'data', 'pg_hba.conf'), 'utf8')).not.toMatch(/trust|peer|ident/);
    expect(readFileSync(noteFile(), 'utf8')).not.toContain(core.config().password);
  });

  it('leaves nothing when it is stopped: no server, no files, no role, no connection, no keycard', async () => {
    await sample.start(core.ask, 'vault-1');
    const url = core.url('reader', 'x');
    const files = folder();
    await sample.stop(core.ask);
    expect(core.asked).toContain('update sys/leases/revoke-force/database/creds/sample-readonly');
    expect([...core.written.keys()].filter((path) => path.startsWith('database/'))).toEqual([]);
    await expect(query(url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    expect(existsSync(files)).toBe(false);
    expect(existsSync(noteFile())).toBe(false);
  });

  it('is swept after a crash: its server is ended, its files go, its vault forgets it', async () => {
    await sample.start(core.ask, 'vault-1');
    const url = core.url('reader', 'x');
    const files = folder();
    const afterCrash = await make();
    await afterCrash.sweep(core.ask, 'vault-1');
    await expect(query(url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    expect(existsSync(files)).toBe(false);
    expect(core.written.has('database/config/sample')).toBe(false);
  });

  it('is not taken out of a vault that never knew it', async () => {
    await sample.start(core.ask, 'vault-1');
    await (await make()).sweep(core.ask, 'vault-2');
    expect(core.written.has('database/config/sample')).toBe(true);
  });

  it('stays noted while its vault could not be told, and is taken out at the next chance', async () => {
    await sample.start(core.ask, 'vault-1');
    const files = folder();
    await sample.end(() => Promise.reject(new KeywardenError('ledger-unavailable')));
    expect(existsSync(files)).toBe(false);
    expect(core.written.has('database/config/sample')).toBe(true);
    await sample.start(core.ask, 'vault-1');
    expect(sample.state().state).toBe('running');
    await sample.stop(core.ask);
    expect(core.written.has('database/config/sample')).toBe(false);
    expect(existsSync(noteFile())).toBe(false);
  });

  it('refuses to start where a connection of that name is somebody else’s', async () => {
    await core.ask('update', 'database/config/sample', { mine: true });
    await expect(sample.start(core.ask, 'vault-1')).rejects.toMatchObject({ code: 'path-in-use' });
    expect(core.written.get('database/config/sample')).toEqual({ mine: true });
    expect(sample.state().state).toBe('absent');
  });
});
