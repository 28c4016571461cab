import { basename } from 'node:path';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Envelope } from '../../../shared/model/envelope.ts';
import { runtimePaths } from '../../../shared/model/runtime-paths.ts';
import { addressText, recordedAddress } from '../broker/broker-address.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import type { Invocation } from '../command.ts';
import { tell } from '../surroundings.ts';
import { type KeptAlive, keepAlive } from './keep-alive.ts';

/** One run's own token: what is fetched under it ends with it. */
export interface RunSession {
  /** Asks with the run's own token. */
  readonly client: BrokerClient;
  /** The broker's address, for a program that speaks to it itself. */
  readonly address: string;
  /** Renews a lease until the end. */
  keepLease(path: string, envelope: Envelope): void;
  /** Revokes the token, and with it every lease of the run. Never throws. */
  end(): Promise<void>;
}

/** Long enough for a pause of the machine, short enough when nobody is left to revoke it. */
const TTL = '1h';
/** Milliseconds: a broker that has gone must not hold up the end of the program. */
const END_WITHIN = 5_000;

/** Makes the child token of one run and keeps it, and its parent, alive. Throws `permission-denied` when it may not be made. */
export async function openRunSession(
  parent: BrokerClient,
  { program, surroundings }: Invocation,
  signal: AbortSignal,
): Promise<RunSession> {
  const made = await makeChildToken(parent, basename(program[0] ?? ''), signal);
  const client = parent.withToken(made.client_token);
  const warn = (message: string): void => tell(surroundings, message);
  const kept: KeptAlive[] = [];
  if (made.renewable) {
    kept.push(keepAlive('the token of this run', made.lease_duration, renewSelf(client), warn));
  }
  const parentTtl = await renewableTtl(parent);
  // A child does not outlive its parent.
  if (parentTtl > 0) kept.push(keepAlive('your token', parentTtl, renewSelf(parent), warn));

  const { address } = parent;
  const recorded = address.kind === 'socket' ? await recordedAddress(runtimePaths(surroundings)) : undefined;
  return {
    client,
    address: recorded ?? addressText(address),
    keepLease(path, { lease_id, lease_duration, renewable }) {
      if (!renewable) return;
      const renew = async (): Promise<number> => {
        const body = { lease_id, increment: lease_duration };
        return (await client.envelope({ verb: 'POST', path: 'sys/leases/renew', body }))?.lease_duration ?? 0;
      };
      kept.push(keepAlive(path, lease_duration, renew, warn));
    },
    async end() {
      for (const one of kept) one.stop();
      try {
        const within = AbortSignal.timeout(END_WITHIN);
        await client.envelope({ verb: 'POST', path: 'auth/token/revoke-self', signal: within });
      } catch {
        warn('the token of this run could not be revoked; it ends by itself within an hour.');
      }
    },
  };
}

async function makeChildToken(parent: BrokerClient, program: string, signal: AbortSignal) {
  const body = { ttl: TTL, renewable: true, display_name: 'kw-run', meta: { program } };
  const auth = await parent
    .envelope({ verb: 'POST', path: 'auth/token/create', body, signal })
    .then((envelope) => envelope?.auth)
    .catch((error: unknown) => {
      if (!(error instanceof KeywardenError) || error.code !== 'policy-denied') throw error;
      throw new KeywardenError(
        'permission-denied',
        'Your token may not make the token of this run: its policies need update on auth/token/create.',
      );
    });
  if (auth) return auth;
  throw new KeywardenError('internal', 'The broker made no token.');
}

function renewSelf(client: BrokerClient): () => Promise<number> {
  return async () => {
    const envelope = await client.envelope({ verb: 'POST', path: 'auth/token/renew-self', body: {} });
    return envelope?.auth?.lease_duration ?? 0;
  };
}

/**
 * Seconds that a renewable token has left; 0 for one that never ends, cannot be renewed or may not look at itself.
 * Never throws: the run's token is there already, and only a session that was opened ends it again.
 */
async function renewableTtl(client: BrokerClient): Promise<number> {
  const reply = await client.ask({ verb: 'GET', path: 'auth/token/lookup-self' }).catch(() => undefined);
  const data =
    reply?.status === 200 ? (reply.body?.['data'] as Record<string, unknown> | undefined) : undefined;
  return data?.['renewable'] === true ? Number(data['ttl']) || 0 : 0;
}
