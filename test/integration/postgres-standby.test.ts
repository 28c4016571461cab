import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vaultSigner } from '../../electron/core/signing/vault-signer.ts';
import { postgresPlugin } from '../../electron/engines/database/postgres/postgres-plugin.ts';
import { openDatabaseBench } from '../support/database-bench.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { installedPostgres } from '../support/postgres-binaries.ts';

const BROKERS = [
  { broker: 'a superuser', user: 'postgres' },
  { broker: 'CREATEROLE alone', user: 'maker' },
] as const;

describe.each(installedPostgres())('a streaming standby of PostgreSQL: $name', ({ folder }) => {
  let primary: TestPostgres;
  let standby: TestPostgres;
  let bench: Awaited<ReturnType<typeof openDatabaseBench>>;

  beforeAll(async () => {
    primary = await startPostgres([], folder);
    bench = await openDatabaseBench(primary);
    await primary.query(`
      CREATE ROLE maker LOGIN CREATEROLE PASSWORD '${primary.password}';
      GRANT app_readers TO maker WITH ADMIN OPTION;
      CREATE ROLE turn_postgres LOGIN PASSWORD 'a'; CREATE ROLE turn_maker LOGIN PASSWORD 'a';
      GRANT turn_maker TO maker WITH ADMIN OPTION;
    `);
    standby = await startPostgres([], folder, primary);
  });
  afterAll(async () => {
    await standby?.close();
    await primary?.close();
  });

  /** Until the standby has replayed what the primary has written so far. */
  async function followed(): Promise<void> {
    const [at] = await primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    for (let look = 0; look < 400; look += 1) {
      const [row] = await standby.query<{ there: boolean }>(
        'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS there, pg_sleep(0.02)',
        [at?.lsn],
      );
      if (row?.there) return;
    }
    throw new Error('the standby does not follow');
  }

  describe.each(BROKERS)('with $broker', ({ user }) => {
    const there = () => `127.0.0.1:${standby.port}`;
    beforeAll(() =>
      bench.configure({
        connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${primary.port},${there()}/postgres`,
        username: user,
        password: primary.password,
      }),
    );

    it('a keycard that is revoked is dead there too, with the session that it had there', async () => {
      const issued = await bench.issue();
      await followed();
      const reader = await standby.login(issued.username, issued.password);
      await reader.query('SET ROLE app_readers');
      expect((await bench.end(issued)).checks).toContain(`no such role and no session on ${there()}`);
      await expect(reader.query('SELECT 1')).rejects.toThrow();
      await reader.end();
      await expect(standby.login(issued.username, issued.password)).rejects.toMatchObject({ code: '28P01' });
    });

    it('while it lags, a keycard is alive and said to be so; then dead, with what came in meanwhile', async () => {
      const issued = await bench.issue();
      await followed();
      const reader = await standby.login(issued.username, issued.password);
      await standby.query('SELECT pg_wal_replay_pause()');
      await expect(bench.end(issued)).rejects.toThrow(`on ${there()}: this copy lags behind`);
      await expect(reader.query('SELECT 1')).rejects.toThrow();
      await reader.end();
      const late = await standby.login(issued.username, issued.password);
      await standby.query('SELECT pg_wal_replay_resume()');
      expect((await bench.end(issued)).checks).toContain(`no such role and no session on ${there()}`);
      await expect(late.query('SELECT 1')).rejects.toThrow();
      await late.end();
      await expect(standby.login(issued.username, issued.password)).rejects.toMatchObject({ code: '28P01' });
    });

    it('while it is down, no keycard is said to be dead', async () => {
      const issued = await bench.issue();
      await standby.stop();
      await expect(bench.end(issued)).rejects.toThrow(`on ${there()}: `);
      await standby.start();
      expect((await bench.end(issued)).checks).toContain(`no such role and no session on ${there()}`);
    });

    it('the sessions that an account has there count, before its former password is retired, and are ended', async () => {
      const server = postgresPlugin.connect(
        {
          connectionUrl: `postgresql://{{username}}:{{password}}@127.0.0.1:${primary.port},${there()}/postgres`,
          username: user,
          password: primary.password,
          tlsCa: '',
          tlsCertificate: '',
          privateKey: '',
        },
        {
          id: `standby-${user}`,
          version: 1,
          limit: 2,
          plaintext: false,
          signer: vaultSigner('v', randomBytes(32)),
        },
      );
      const { signal } = new AbortController();
      const reader = await standby.login(`turn_${user}`, 'a');
      expect(await server.sessions?.(`turn_${user}`, signal)).toBe(1);
      await server.endSessions?.(`turn_${user}`, signal);
      await expect(reader.query('SELECT 1')).rejects.toThrow();
      await reader.end();
      expect(await server.sessions?.(`turn_${user}`, signal)).toBe(0);
      server.close?.();
    });
  });
});
