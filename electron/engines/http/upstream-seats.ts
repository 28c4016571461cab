import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Upstream } from './upstream-rows.ts';

interface Seats {
  readonly version: number;
  readonly agent: Agent;
  taken: number;
}

/** Connections that are kept for the next request, by upstream. Nothing here matters to anybody but the clock. */
const known = new Map<string, Seats>();

/** One of the upstream's connections, to be given back. */
export interface Seat {
  readonly agent: Agent;
  giveBack(): void;
}

/** Takes one of the connections that the upstream may have at once. Throws `too-many-requests` when all are in use. */
export function takeSeat(upstream: Upstream): Seat {
  const seats = seatsOf(upstream);
  if (seats.taken >= upstream.maxConnections) {
    throw new KeywardenError('too-many-requests', 'all connections to this upstream are in use');
  }
  seats.taken += 1;
  return {
    agent: seats.agent,
    giveBack() {
      seats.taken -= 1;
    },
  };
}

function seatsOf({ id, version, baseUrl, ca, maxConnections }: Upstream): Seats {
  const before = known.get(id);
  if (before?.version === version) {
    before.agent.maxSockets = maxConnections;
    return before;
  }
  // The connections of an older configuration were made to whoever it trusted.
  before?.agent.destroy();
  const options = { keepAlive: true, maxSockets: maxConnections, maxFreeSockets: 4 };
  const agent = baseUrl.startsWith('https:')
    ? // SECURITY: said aloud, because an environment variable would turn it off.
      new TlsAgent({
        ...options,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        ...(ca === '' ? {} : { ca }),
      })
    : new Agent(options);
  const seats = { version, agent, taken: 0 };
  known.set(id, seats);
  return seats;
}
