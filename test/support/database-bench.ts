import { randomBytes } from 'node:crypto';
import type { IssueDecision } from '../../electron/core/decision.ts';
import type { Lease } from '../../electron/core/leases/lease.ts';
import type { Proof } from '../../electron/core/leases/lease-lifecycle.ts';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import { databaseLeases } from '../../electron/engines/database/lease-lifecycle.ts';
import { openLoneEngine } from './lone-engine.ts';
import type { TestPostgres } from './postgres.ts';

/** A lease with its credential, as core would keep it. */
export interface Issued {
  lease: Lease;
  readonly secret: Uint8Array | undefined;
  readonly username: string;
  readonly password: string;
}

const NEVER = new AbortController().signal;

/** The database engine over a real PostgreSQL, with leases kept by hand: each step of a user's life is one call. */
export async function openDatabaseBench(postgres: TestPostgres) {
  const engine = await openLoneEngine(databaseEngine);
  await postgres.query('CREATE ROLE app_readers NOLOGIN');

  const bench = {
    ...engine,
    /** Configures the connection `main` and the role `app`. */
    async configure(connection: Record<string, unknown> = {}, role: Record<string, unknown> = {}) {
      await engine.ask('update', 'config/main', {
        plugin_name: 'postgresql-database-plugin',
        connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
        username: postgres.user,
        password: postgres.password,
        allowed_roles: '*',
        ...connection,
      });
      await engine.ask('update', 'roles/app', {
        db_name: 'main',
        group_role: 'app_readers',
        default_ttl: '1h',
        verify_connection: false,
        ...role,
      });
    },
    /** Records the intent: a lease that nothing was created for yet. */
    async intend(ttl = 3600): Promise<{ lease: Lease; decision: IssueDecision }> {
      const decision = await engine.decide('read', 'creds/app');
      if (decision.kind !== 'issue') throw new Error('creds must issue');
      const now = engine.clock.at;
      const lease: Lease = {
        id: `database/creds/app/${randomBytes(12).toString('hex')}`,
        nonce: randomBytes(16).toString('hex'),
        mount: engine.mount,
        path: 'database/creds/app',
        state: 'pending',
        issuedAt: now,
        expiresAt: now + ttl * 1000,
        maxExpiresAt: now + 86_400_000,
        renewable: true,
        data: decision.terms.data,
      };
      return { lease, decision };
    },
    /** Issues a user for `ttl` seconds. */
    async issue(ttl = 3600): Promise<Issued> {
      const { lease, decision } = await bench.intend(ttl);
      const { data, remember } = await decision.create(lease, NEVER);
      const active: Lease = { ...lease, state: 'active', data: { ...lease.data, ...remember } };
      engine.live.push(active);
      return {
        lease: active,
        secret: decision.terms.secret,
        username: String(data['username']),
        password: String(data['password']),
      };
    },
    async end(issued: Pick<Issued, 'lease' | 'secret'>): Promise<Proof> {
      const run = await engine.inLeaseTurn((turn) => databaseLeases.end(turn, issued.lease, issued.secret));
      const proof = await run(NEVER);
      const at = engine.live.findIndex((lease) => lease.id === issued.lease.id);
      if (at >= 0) engine.live.splice(at, 1);
      return proof;
    },
    async renew(issued: Issued, ttl: number): Promise<void> {
      const run = await engine.inLeaseTurn((turn) => databaseLeases.renew?.(turn, issued.lease, ttl));
      await run?.(NEVER);
    },
    /** The user's row in the catalog. */
    async role(name: string) {
      const rows = await postgres.query<{
        oid: number;
        valid: Date | null;
        login: boolean;
        comment: string | null;
      }>(
        `SELECT oid::int AS oid, rolvaliduntil AS valid, rolcanlogin AS login, shobj_description(oid, 'pg_authid') AS comment
         FROM pg_roles WHERE rolname = $1`,
        [name],
      );
      return rows[0];
    },
  };
  return bench;
}
