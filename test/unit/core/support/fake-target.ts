import { z } from 'zod';
import type { IssueDecision } from '../../../../electron/core/decision.ts';
import type { Engine } from '../../../../electron/core/engine.ts';
import type { LeaseTerms } from '../../../../electron/core/leases/lease.ts';
import { handler } from '../../../../electron/core/route.ts';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';

/** A target system whose faults the test commands, behind an engine of type `database`. */
export interface FakeTarget {
  readonly engine: Engine;
  /** The nonces of credentials that exist, with their deadlines. */
  readonly alive: Map<string, number>;
  /** What `end` was shown of each secret. */
  readonly tried: string[];
  readonly ended: string[];
  /** Set: every end fails with this reason. */
  down: string | undefined;
  createFails: boolean;
  /** Set: creation waits for it. */
  createGate: Promise<void> | undefined;
  /** Set: ending waits for it. */
  endGate: Promise<void> | undefined;
  endsRunning: number;
  endsRunningMost: number;
  terms: Partial<LeaseTerms>;
}

export const LEASED_PASSWORD = 'canary-leased-password';

/** A target with nothing on it. */
export function fakeTarget(): FakeTarget {
  const target: FakeTarget = {
    alive: new Map(),
    tried: [],
    ended: [],
    down: undefined,
    createFails: false,
    createGate: undefined,
    endGate: undefined,
    endsRunning: 0,
    endsRunningMost: 0,
    terms: {},
    engine: {
      type: 'database',
      changes: [],
      migrations: [],
      routes: [
        {
          pattern: 'creds/:role',
          help: 'Issues one.',
          operations: {
            read: handler({
              input: z.object({ role: z.string() }),
              decide: (_turn, { role }): IssueDecision => ({
                kind: 'issue',
                terms: {
                  ttl: 60,
                  maxTtl: 600,
                  renewable: true,
                  promise: 'dies-by-itself',
                  data: { role },
                  secret: new TextEncoder().encode(LEASED_PASSWORD),
                  ...target.terms,
                },
                async create(lease) {
                  await target.createGate;
                  if (target.createFails) throw new KeywardenError('target-unavailable', 'no room');
                  target.alive.set(lease.nonce, lease.expiresAt);
                  return { data: { username: 'u', password: LEASED_PASSWORD }, remember: { oid: 7 } };
                },
              }),
            }),
          },
        },
      ],
      leases: {
        end(_turn, lease, secret) {
          return async () => {
            target.endsRunning += 1;
            target.endsRunningMost = Math.max(target.endsRunningMost, target.endsRunning);
            try {
              await target.endGate;
              if (target.down !== undefined) throw new KeywardenError('target-unavailable', target.down);
              target.tried.push(new TextDecoder().decode(secret));
              target.alive.delete(lease.nonce);
              target.ended.push(lease.id);
              return { checks: ['no such role', 'login refused: 28P01'] };
            } finally {
              target.endsRunning -= 1;
            }
          };
        },
        renew: (turn, lease, ttl) => async () => {
          if (target.down !== undefined) throw new KeywardenError('target-unavailable', target.down);
          target.alive.set(lease.nonce, turn.now + ttl * 1000);
        },
        reach: () => async () => {
          if (target.down !== undefined) throw new KeywardenError('target-unavailable', target.down);
        },
        target: (lease) => String(lease.data['role']),
      },
    },
  };
  return target;
}
