import { randomBytes } from 'node:crypto';
import type { IssueDecision } from '../../electron/core/decision.ts';
import type { Engine } from '../../electron/core/engine.ts';
import type { Lease } from '../../electron/core/leases/lease.ts';
import type { Proof } from '../../electron/core/leases/lease-lifecycle.ts';
import { openLoneEngine } from './lone-engine.ts';

/** A lease with its credential, as core would keep it. */
export interface BenchLease {
  readonly lease: Lease;
  readonly secret: Uint8Array | undefined;
  readonly username: string;
  readonly password: string;
}

const NEVER = new AbortController().signal;

/** An engine over its real server, with leases kept by hand: each step of a user's life is one call. */
export async function openLeaseBench(engine: Engine, credsPath: string) {
  const lone = await openLoneEngine(engine);
  const leases = engine.leases;
  if (!leases) throw new Error('the engine leases nothing');

  const bench = {
    ...lone,
    /** Records the intent: a lease that nothing was created for yet. */
    async intend(ttl = 3600): Promise<{ lease: Lease; decision: IssueDecision }> {
      const decision = await lone.decide('read', credsPath);
      if (decision.kind !== 'issue') throw new Error('creds must issue');
      const now = lone.clock.at;
      const lease: Lease = {
        id: `${engine.type}/${credsPath}/${randomBytes(12).toString('hex')}`,
        nonce: randomBytes(16).toString('hex'),
        mount: lone.mount,
        path: `${engine.type}/${credsPath}`,
        state: 'pending',
        issuedAt: now,
        expiresAt: now + ttl * 1000,
        maxExpiresAt: now + 86_400_000,
        renewable: decision.terms.renewable,
        data: decision.terms.data,
      };
      return { lease, decision };
    },
    /** Issues a user. */
    async issue(ttl = 3600): Promise<BenchLease> {
      const { lease, decision } = await bench.intend(ttl);
      const { data, remember } = await decision.create(lease, NEVER);
      const active: Lease = { ...lease, state: 'active', data: { ...lease.data, ...remember } };
      lone.live.push(active);
      return {
        lease: active,
        secret: decision.terms.secret,
        username: String(data['username']),
        password: String(data['password']),
      };
    },
    async end(issued: Pick<BenchLease, 'lease' | 'secret'>): Promise<Proof> {
      const run = await lone.inLeaseTurn((turn) => leases.end(turn, issued.lease, issued.secret));
      const proof = await run(NEVER);
      const at = lone.live.findIndex((lease) => lease.id === issued.lease.id);
      if (at >= 0) lone.live.splice(at, 1);
      return proof;
    },
  };
  return bench;
}
