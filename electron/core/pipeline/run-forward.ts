import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import type { ForwardDecision } from '../decision.ts';
import type { Exchange } from '../exchange.ts';
import { leaseForwardEnded, leaseForwardStarted } from '../leases/lease-changes.ts';
import type { CoreResponse } from '../request.ts';
import { countUse, endSpentToken } from '../tokens/count-use.ts';
import type { Admitted } from './admit.ts';
import type { Asked } from './asked.ts';
import { recordRequest, STARTED } from './record-request.ts';

/** A request whose start is recorded; the upstream is touched once that is durable. */
export interface StartedForward {
  readonly kind: 'forward';
  readonly decision: ForwardDecision;
  readonly admitted: Admitted;
  readonly lease: string;
  readonly exchange: Exchange;
}

/** Plans the record of the start. */
export function planForward(
  { forwarding }: Pick<CoreServices, 'forwarding'>,
  turn: Turn,
  asked: Asked,
  admitted: Admitted,
  decision: ForwardDecision,
): StartedForward & { record(turn: Turn): void } {
  const { token, keycard } = admitted;
  const { exchange } = asked.request;
  if (!token || !keycard) throw new KeywardenError('internal');
  if (!exchange) throw new KeywardenError('unsupported-operation');
  const started = leaseForwardStarted.make({ id: keycard.id, method: exchange.method });
  const changes = [...countUse(token, turn.now), started];
  return {
    kind: 'forward',
    decision,
    admitted,
    lease: keycard.id,
    exchange,
    record(current) {
      forwarding.begin(keycard.id, asked, decision.by);
      recordRequest(current, asked, token, STARTED, changes);
    },
  };
}

/**
 * Lets the streams flow and records how it ended. What went out cannot be taken back, so that nothing is authorized again
 * here: the end of the lease cuts the streams themselves.
 */
export async function runForward(
  services: CoreServices,
  asked: Asked,
  { decision, admitted, lease, exchange }: StartedForward,
): Promise<CoreResponse> {
  const { forwarding } = services;
  const cut = forwarding.signalOf(asked.requestId);
  const { signal: client } = asked.request;
  const signal = client ? AbortSignal.any([client, cut]) : cut;
  exchange.begun?.();
  const { broke, ...went } = await decision.forward(exchange, signal);
  const failure = broke && whyBroken(broke, cut, client);
  forwarding.finish(asked.requestId);
  await services.turn((turn) => {
    recordRequest(turn, asked, admitted.token, failure?.code ?? 'ok', [
      leaseForwardEnded.make({ id: lease, ...went }),
      ...endSpentToken(turn.db, admitted.token, asked.requestId),
    ]);
  });
  if (failure) throw failure;
  return { status: 204, envelope: null, byToken: true };
}

/** Who cut it knows better than what broke. */
function whyBroken(broke: KeywardenError, cut: AbortSignal, client: AbortSignal | undefined): KeywardenError {
  if (cut.aborted) return new KeywardenError('permission-denied');
  return client?.aborted ? new KeywardenError('cancelled') : broke;
}
