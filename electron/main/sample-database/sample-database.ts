import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Log } from '../../core/ports.ts';
import { orNothing } from '../../ipc/answer.ts';
import { connectionUrl } from '../../ipc/connection-url.ts';
import { SAMPLE } from '../../ipc/database-answer.ts';
import type { Ask, SampleDatabase } from '../../ipc/desk.ts';
import type { RandomBytes } from '../../vault/ports.ts';
import type { PostgresPrograms } from './postgres-programs.ts';
import { makeCluster, type PostgresServer, runAlone, startServer } from './postgres-server.ts';
import {
  BROKER_USER,
  CREATION_STATEMENTS,
  SAMPLE_DATABASE,
  SHOP_STATEMENTS,
  serverStatements,
} from './sample-contents.ts';
import type { SampleLeftovers } from './sample-leftovers.ts';

/** The sample, with what the life of the vault asks of it. */
export interface ManagedSample {
  state(): ReturnType<SampleDatabase['state']>;
  start(ask: Ask, vaultId: string): Promise<void>;
  stop(ask: Ask): Promise<void>;
  /** Removes what a crash has left behind, once its vault is open. Never fails: the next start tries again. */
  sweep(ask: Ask, vaultId: string): Promise<void>;
  /** Stops it if it runs: the vault is about to close. */
  end(ask: Ask): Promise<void>;
}

const CREDENTIALS = `database/creds/${SAMPLE.role}`;

/** An embedded PostgreSQL with a shop in it, for whoever has no database at hand. */
export function createSampleDatabase(options: {
  readonly programs: PostgresPrograms;
  readonly leftovers: SampleLeftovers;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly progress: (step: string) => void;
  readonly changed: () => void;
}): ManagedSample {
  const { programs, leftovers, progress } = options;
  let state: 'absent' | 'starting' | 'running' = 'absent';
  let server: PostgresServer | undefined;
  let starting: Promise<unknown> = Promise.resolve();

  const become = (next: typeof state): void => {
    state = next;
    options.changed();
  };

  /** Ends the server and deletes its files. A vault that still knows the sample keeps its note, to be swept later. */
  const stopServer = async (isDismissed: boolean): Promise<void> => {
    const stopping = server;
    server = undefined;
    await stopping?.stop();
    if (isDismissed) await leftovers.finish();
    else await leftovers.sweep();
    become('absent');
  };

  const launch = async (vaultId: string, password: string): Promise<PostgresServer> => {
    const folder = await leftovers.begin(vaultId, programs.runAs !== undefined);
    progress('Making a PostgreSQL for you…');
    const data = await makeCluster(programs, folder);
    progress('Filling it with a small shop…');
    await runAlone(programs, data, 'postgres', serverStatements(password));
    await runAlone(programs, data, SAMPLE_DATABASE, SHOP_STATEMENTS);
    progress('Starting it…');
    return startServer(programs, data);
  };

  const introduce = async (ask: Ask, port: number, password: string): Promise<void> => {
    progress('Connecting Keywarden to it…');
    await ask('update', `database/config/${SAMPLE.connection}`, {
      plugin_name: 'postgresql-database-plugin',
      connection_url: connectionUrl({ host: '127.0.0.1', port, database: SAMPLE_DATABASE, tls: 'off' }),
      username: BROKER_USER,
      password,
      allowed_roles: [SAMPLE.role],
      verify_connection: true,
    });
    await ask('update', `database/roles/${SAMPLE.role}`, {
      db_name: SAMPLE.connection,
      creation_statements: CREATION_STATEMENTS,
      default_ttl: 300,
      max_ttl: 3600,
    });
  };

  /** Takes the sample out of the vault. Its server is going away for good, so what cannot be proven is abandoned. */
  const dismiss = async (ask: Ask, isGone: boolean): Promise<void> => {
    // Forced, it waits a while for the proofs; where the server is gone already, none can come.
    await ask('update', `sys/leases/revoke-force/${CREDENTIALS}`, { sync: !isGone });
    await ask('delete', `database/roles/${SAMPLE.role}`);
    await ask('delete', `database/config/${SAMPLE.connection}`);
  };

  /** Whether the vault has forgotten the sample. A locked or failing vault is no reason to keep the server. */
  const dismissed = async (ask: Ask, isGone = false): Promise<boolean> => {
    try {
      await dismiss(ask, isGone);
      return true;
    } catch {
      options.log('warn', 'sample.not-dismissed');
      return false;
    }
  };

  const start = async (ask: Ask, vaultId: string): Promise<void> => {
    if (state !== 'absent') {
      throw new KeywardenError('invalid-request', 'The sample database is there already.');
    }
    become('starting');
    let isDismissed = true;
    try {
      await sweep(ask, vaultId);
      if ((await orNothing(ask('read', `database/config/${SAMPLE.connection}`))) !== undefined) {
        throw new KeywardenError('path-in-use', `There is a connection called ${SAMPLE.connection} already.`);
      }
      const password = Buffer.from(options.random(24)).toString('hex');
      server = await launch(vaultId, password);
      isDismissed = false;
      await introduce(ask, server.port, password);
      become('running');
    } catch (error) {
      if (!isDismissed) isDismissed = await dismissed(ask);
      await stopServer(isDismissed);
      throw error;
    }
  };

  const stop = async (ask: Ask): Promise<void> => {
    await starting;
    if (state === 'running') await stopServer(await dismissed(ask));
  };

  const sweep = async (ask: Ask, vaultId: string): Promise<void> => {
    if ((await leftovers.sweep()) === vaultId && (await dismissed(ask, true))) await leftovers.finish();
  };

  return {
    state: () => ({ state, address: server ? `127.0.0.1:${server.port}` : null }),
    start(ask, vaultId) {
      const work = start(ask, vaultId);
      starting = Promise.allSettled([starting, work]);
      return work;
    },
    stop,
    sweep: (ask, vaultId) =>
      sweep(ask, vaultId).catch(() => options.log('warn', 'sample.leftovers-not-removed')),
    end: stop,
  };
}
