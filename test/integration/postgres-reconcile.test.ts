import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectLeases } from '../../electron/core/leases/lease-rows.ts';
import { leaseView } from '../../electron/core/leases/lease-view.ts';
import { allMounts } from '../../electron/core/mounts/mount-rows.ts';
import { createSigning } from '../../electron/core/signing/signing.ts';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import { databaseLeases } from '../../electron/engines/database/lease-lifecycle.ts';
import type { Envelope } from '../../shared/model/envelope.ts';
import { manualClock } from '../support/manual-clock.ts';
import { openMemoryCore } from '../support/memory-core.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { installedPostgres } from '../support/postgres-binaries.ts';
import { seededRandom } from '../support/seeded-random.ts';

const BROKERS = [
  { broker: 'a superuser', user: 'postgres' },
  { broker: 'CREATEROLE alone', user: 'maker' },
] as const;
const CASES = installedPostgres().flatMap((installed) =>
  BROKERS.map((broker) => ({ ...installed, ...broker })),
);

describe.each(CASES)('PostgreSQL: $name, with $broker', ({ folder, user }) => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres([], folder);
    await postgres.query(`
      CREATE ROLE app_readers NOLOGIN;
      CREATE ROLE maker LOGIN CREATEROLE PASSWORD '${postgres.password}';
      GRANT app_readers TO maker WITH ADMIN OPTION;
    `);
  });
  afterAll(() => postgres?.close());

  /** A vault with a connection, as it was when its backup was made: every one of the same seed is the same vault. */
  async function openVault(seed: string) {
    const clock = manualClock();
    const opened = await openMemoryCore([databaseEngine], clock, seededRandom(seed));
    const core = opened.start();
    await core.ask('update', 'database/config/main', {
      plugin_name: 'postgresql-database-plugin',
      connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
      username: user,
      password: postgres.password,
      allowed_roles: ['app'],
      verify_connection: false,
    });
    await core.ask('update', 'database/roles/app', {
      db_name: 'main',
      group_role: 'app_readers',
      default_ttl: '1h',
      verify_connection: false,
    });
    return {
      ...core,
      clock,
      vault: opened.vault,
      async issue(ttl: number) {
        const envelope = (await core.ask('read', 'database/creds/app', { ttl: String(ttl) }))
          .envelope as Envelope;
        const { username, password } = envelope.data as { username: string; password: string };
        return { lease: envelope.lease_id, username, password };
      },
      async reconcile() {
        const { envelope } = await core.ask('update', 'database/reconcile/main');
        return (envelope as Envelope).data as Record<string, string[]> & {
          findings: { name: string; words: string }[];
        };
      },
      async leases() {
        const { envelope } = await core.ask('read', 'sys/internal/leases');
        return ((envelope as Envelope).data as { leases: Record<string, unknown>[] }).leases;
      },
    };
  }

  async function commentOf(name: string): Promise<string> {
    const [row] = await postgres.query<{ comment: string }>(
      "SELECT shobj_description(oid, 'pg_authid') AS comment FROM pg_roles WHERE rolname = $1",
      [name],
    );
    return row?.comment ?? '';
  }

  async function exists(name: string): Promise<boolean> {
    return (await postgres.query('SELECT FROM pg_roles WHERE rolname = $1', [name])).length > 0;
  }

  /** Waits for something to become so; every look asks the server, so this does not spin. */
  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let look = 0; look < 400; look += 1) {
      if (await holds()) return;
      await postgres.query('SELECT pg_sleep(0.02)');
    }
    throw new Error('still not so');
  }

  it('a restored backup adopts what it does not know, reaps what is overdue, and proves both ends', async () => {
    const before = await openVault('restored');
    const long = await before.issue(3600);
    const short = await before.issue(1);
    await before.stop();
    await until(async () => {
      const [row] = await postgres.query<{ over: boolean }>(
        'SELECT rolvaliduntil < now() AS over FROM pg_roles WHERE rolname = $1',
        [short.username],
      );
      return row?.over === true;
    });

    const backup = await openVault('restored');
    // A copy of the vault that is quarantined, or mirrored, is not started: it looks at nothing.
    const report = await backup.reconcile();
    const nothingElse = { reopened: [], prolonged: [], findings: [] };
    const [adopted] = report['adopted'] ?? [];
    expect(report).toMatchObject({ ...nothingElse });
    await until(async () => !(await exists(short.username)));
    await (await postgres.login(long.username, long.password)).end();
    const shown = (await backup.leases()).find((lease) => lease['username'] === long.username);
    expect(shown).toMatchObject({ owner: 'adopted', state: 'active', path: 'database/adopted/main' });
    expect(Number(shown?.['ttl'])).toBeGreaterThan(3500);
    expect(adopted === undefined || adopted === shown?.['lease_id']).toBe(true);

    await backup.ask('update', 'sys/leases/revoke', { lease_id: shown?.['lease_id'] });
    await expect(postgres.login(long.username, long.password)).rejects.toMatchObject({ code: '28P01' });
    const states = (await backup.leases()).map(({ state, proof }) => ({ state, proof }));
    expect(states).toEqual(
      states.map(() => ({ state: 'dead', proof: expect.arrayContaining(['no such role', 'no session']) })),
    );
    await backup.stop();
  });

  it('a forged, a copied and a broken comment are findings, and nothing else happens to their roles', async () => {
    const vault = await openVault('forged');
    const { username, lease } = await vault.issue(3600);
    const comment = await commentOf(username);
    const past = comment.replace(/until=\S+/, 'until=2020-01-01T00:00:00.000000+00');
    await postgres.query(`
    CREATE ROLE copied; CREATE ROLE forged; CREATE ROLE broken; CREATE ROLE stranger;
    COMMENT ON ROLE copied IS '${comment}';
    COMMENT ON ROLE forged IS '${past}';
    COMMENT ON ROLE broken IS 'keywarden:2 vault=${vault.vault.id}';
    COMMENT ON ROLE stranger IS 'keywarden:2 vault=another lease=a until=2020-01-01T00:00:00.000000+00 sig=${'A'.repeat(86)}';
  `);
    const report = await vault.reconcile();
    expect(report).toMatchObject({ adopted: [], reaped: [], reopened: [], prolonged: [] });
    expect(report.findings.map(({ name }) => name)).toEqual(['broken', 'copied', 'forged']);
    const { envelope } = await vault.ask('read', 'database/reconcile/main');
    expect((envelope as Envelope).data).toMatchObject({ findings: report.findings });
    for (const name of ['copied', 'forged', 'broken', 'stranger']) expect(await exists(name)).toBe(true);
    expect(await vault.leases()).toHaveLength(1);
    await vault.ask('update', 'sys/leases/revoke', { lease_id: lease });
    await vault.stop();
  });

  it('a renamed role is a finding, and its keycard ends all the same, by the OID that the server told', async () => {
    const vault = await openVault('renamed');
    const { username, password, lease } = await vault.issue(3600);
    await postgres.query(`ALTER ROLE "${username}" RENAME TO renamed`);
    const { findings } = await vault.reconcile();
    expect(findings.map(({ name }) => name)).toContain('renamed');
    await (await postgres.login('renamed', password)).end();
    await vault.ask('update', 'sys/leases/revoke', { lease_id: lease });
    await expect(postgres.login('renamed', password)).rejects.toMatchObject({ code: '28P01' });
    await vault.stop();
  });

  it('a second look finds nothing new and leaves no record', async () => {
    const vault = await openVault('quiet');
    const { lease } = await vault.issue(3600);
    await vault.reconcile();
    await vault.ask('update', 'sys/leases/revoke', { lease_id: lease });
    const { records } = await vault.vault.readRecords({ operation: 'reconcile' });
    expect(records.filter(({ changes }) => changes.length > 1)).toEqual([]);
    await vault.stop();
  });

  it('what a copy of the vault has renewed is not ended by a backup that does not know of it', async () => {
    const backup = await openVault('renewed');
    const { username, password, lease } = await backup.issue(300);
    // The copy's renewal: the database hears of it, these records do not.
    const renew = await backup.vault.turn((turn) => {
      const [row] = selectLeases(turn.db, 'id = ?', String(lease));
      const mount = allMounts(turn.db).find(({ uuid }) => uuid === row?.mount);
      if (!row || !mount) throw new Error('no lease');
      const signer = () => createSigning(backup.vault.id).signer(turn);
      const { db, now } = turn;
      const revealValue = turn.revealValue;
      return databaseLeases.renew?.({ db, now, mount, revealValue, signer }, leaseView(row, mount), 7200);
    });
    await renew?.(new AbortController().signal);
    const state = async () => (await backup.leases()).find(({ lease_id: id }) => id === lease) ?? {};

    backup.clock.advance(600_000);
    // Either the attempt to end it comes first, and is refused, or the hourly look, and learns the deadline.
    await until(async () => {
      const { state: is, reason } = await state();
      return is === 'active' || String(reason).includes('a copy of it has renewed');
    });
    await (await postgres.login(username, password)).end();
    await backup.reconcile();
    const after = await state();
    expect(after['state']).toBe('active');
    expect(Number(after['ttl'])).toBeGreaterThan(6000);
    await backup.ask('update', 'sys/leases/revoke', { lease_id: lease });
    await expect(postgres.login(username, password)).rejects.toMatchObject({ code: '28P01' });
    await backup.stop();
  });
});
