import type { Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import { admit } from './admit.ts';
import type { Asked } from './asked.ts';
import { requestTurn } from './request-turn.ts';

/** What decides whether a request may be forwarded, beside its lease and token, whose ends cut it anyway. */
const DECIDES = /^(?:policies|identity|mounts|http)\//;

/**
 * Cuts what is being forwarded as soon as it would not be allowed any more: a stream of hours must not outlive the policy
 * that let it begin. Returns how to stop.
 */
export function guardForwards(services: CoreServices): () => void {
  const { vault, forwarding } = services;
  return vault.watch((records) => {
    if (forwarding.open().length === 0) return;
    if (!records.some(({ changes }) => changes.some(({ type }) => DECIDES.test(type)))) return;
    services
      .turn((turn) => {
        for (const asked of forwarding.open()) {
          if (!stillAllowed(services, turn, asked)) forwarding.cut(asked.requestId);
        }
      })
      // Sealed, or the ledger is gone: nobody can say that it is still allowed.
      .catch(() => forwarding.abortAll());
  });
}

function stillAllowed(services: CoreServices, turn: Turn, asked: Asked): boolean {
  try {
    const admitted = admit(services, turn, asked, 'settling');
    if ('error' in admitted) return false;
    const decision = admitted.handler.decide(
      requestTurn(services, turn, asked, admitted, []),
      admitted.input,
      undefined,
    );
    return decision.kind === 'forward' && decision.by === services.forwarding.beganBy(asked.requestId);
  } catch {
    return false;
  }
}
