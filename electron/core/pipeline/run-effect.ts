import { asKeywardenError, KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import type { Turn, ValueHash } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import type { EffectDecision } from '../decision.ts';
import type { CoreResponse } from '../request.ts';
import { countUse } from '../tokens/count-use.ts';
import { type Admitted, admit } from './admit.ts';
import { type Answered, planAnswer } from './answer.ts';
import type { Asked } from './asked.ts';
import { type Refused, recordRequest, refuse, STARTED } from './record-request.ts';
import { requestTurn } from './request-turn.ts';
import { attempt, safeTurn } from './safe-turn.ts';

/** An intent, recorded; its effect comes once that is durable. */
export interface StartedEffect {
  readonly kind: 'effect';
  readonly decision: EffectDecision;
  readonly admitted: Admitted;
}

type Outcome = { readonly value: unknown } | { readonly thrown: unknown };

/** Plans the record of the intent. */
export function planEffect(
  turn: Turn,
  asked: Asked,
  admitted: Admitted,
  decision: EffectDecision,
): StartedEffect & { record(turn: Turn): void } {
  const { token } = admitted;
  const changes = [...(token ? countUse(token, turn.now) : []), ...decision.changes];
  return {
    kind: 'effect',
    decision,
    admitted,
    record: (current) => recordRequest(current, asked, token, STARTED, changes),
  };
}

/** Runs the effect outside the loop and settles in a turn that authenticates and authorizes anew. */
export async function runEffect(
  services: CoreServices,
  asked: Asked,
  started: StartedEffect,
): Promise<CoreResponse> {
  const outcome = await run(started.decision, asked.request.signal);
  const step = await safeTurn(services, asked, (turn) => settle(services, turn, asked, started, outcome));
  if (step.kind === 'refused') throw step.error;
  step.afterwards?.();
  return step.response;
}

async function run(decision: EffectDecision, signal: AbortSignal | undefined): Promise<Outcome> {
  try {
    return { value: await decision.run(signal ?? new AbortController().signal) };
  } catch (thrown) {
    return { thrown };
  }
}

function settle(
  services: CoreServices,
  turn: Turn,
  asked: Asked,
  { decision, admitted }: StartedEffect,
  outcome: Outcome,
): Answered | Refused {
  const again = admit(services, turn, asked, 'settling');
  const sealed: ValueHash[] = [];
  if ('error' in again || 'thrown' in outcome) {
    // The token of the first turn: the record says whose request it was, even if it died meanwhile.
    const failed = requestTurn(services, turn, asked, admitted, sealed);
    const undone = attempt((): readonly Change[] => decision.failed?.(failed) ?? []);
    const changes = 'value' in undone ? undone.value : [];
    const reason =
      'error' in again ? again.error : asKeywardenError('thrown' in outcome ? outcome.thrown : undefined);
    return refuse(services, turn, asked, spending(admitted), reason, { changes, used: true });
  }
  const planned = attempt(() => {
    const forHandler = requestTurn(services, turn, asked, again, sealed);
    return planAnswer(services, turn, asked, again, decision.settle(forHandler, outcome.value), {
      used: true,
    });
  });
  if ('thrown' in planned) {
    const error = planned.thrown ?? new KeywardenError('internal');
    return refuse(services, turn, asked, spending(admitted), error, { sealed, used: true });
  }
  planned.value.record(turn);
  return planned.value;
}

/** The token as it was before this request: a last use ends it now. */
function spending({ token }: Admitted) {
  return token;
}
