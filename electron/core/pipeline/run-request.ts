import { asKeywardenError, KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Turn, ValueHash } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import { type IntendedLease, planIssue, runIssue } from '../leases/issue-lease.ts';
import type { CoreResponse } from '../request.ts';
import { admit } from './admit.ts';
import { type Answered, planAnswer } from './answer.ts';
import type { Asked } from './asked.ts';
import { type Refused, refuse } from './record-request.ts';
import { requestTurn } from './request-turn.ts';
import { planEffect, runEffect, type StartedEffect } from './run-effect.ts';
import { planForward, runForward, type StartedForward } from './run-forward.ts';
import { attempt, recordingFailure, safeTurn } from './safe-turn.ts';

/** What the turns ahead of this one have done. */
interface Progress {
  readonly waited: boolean;
  readonly prepared: { readonly value: unknown } | undefined;
}

/** What a turn leads to. */
type Step =
  | Answered
  | Refused
  | StartedEffect
  | IntendedLease
  | StartedForward
  | { readonly kind: 'wait'; readonly name: string }
  | { readonly kind: 'prepare'; readonly guessed: string | undefined; run(): Promise<unknown> };

/** Runs one request through its turns: admit, prepare, decide, effect, settle. Throws KeywardenError alone. */
export async function runRequest(services: CoreServices, asked: Asked): Promise<CoreResponse> {
  const { request } = asked;
  refuseInQuarantine(services, request.operation === 'read' || request.operation === 'list');
  try {
    return await takeTurns(services, asked);
  } catch (thrown) {
    throw asKeywardenError(thrown);
  }
}

/** Until a person has confirmed the vault it may be looked at, and nothing else. */
function refuseInQuarantine({ vault }: CoreServices, onlyLooks: boolean): void {
  if (vault.quarantine && !onlyLooks) throw new KeywardenError('vault-quarantined');
}

async function takeTurns(services: CoreServices, asked: Asked): Promise<CoreResponse> {
  let progress: Progress = { waited: false, prepared: undefined };
  for (;;) {
    const step = await takeTurn(services, asked, progress);
    switch (step.kind) {
      case 'answered':
        step.afterwards?.();
        return step.response;
      case 'refused':
        throw step.error;
      case 'wait':
        await recordingFailure(services, asked, services.guesses.wait(step.name, asked.request.signal));
        progress = { ...progress, waited: true };
        break;
      case 'prepare':
        progress = { ...progress, prepared: { value: await prepare(services, asked, step) } };
        break;
      case 'effect':
        return await runEffect(services, asked, step);
      case 'issue':
        return await runIssue(services, asked, step);
      case 'forward':
        return await runForward(services, asked, step);
      default:
        return step satisfies never;
    }
  }
}

/** A login that already fails here is a miss like any other. */
async function prepare(
  services: CoreServices,
  asked: Asked,
  { guessed, run }: Extract<Step, { kind: 'prepare' }>,
): Promise<unknown> {
  try {
    return await recordingFailure(services, asked, run());
  } catch (thrown) {
    countMiss(services, guessed, asKeywardenError(thrown));
    throw thrown;
  }
}

function countMiss({ guesses }: CoreServices, guessed: string | undefined, error: KeywardenError): void {
  if (guessed !== undefined && error.code === 'login-failed') guesses.missed(guessed);
}

async function takeTurn(services: CoreServices, asked: Asked, progress: Progress): Promise<Step> {
  let intended = false;
  try {
    const step = await safeTurn(services, asked, (turn) => decide(services, turn, asked, progress));
    intended = step.kind === 'issue' || step.kind === 'forward';
    return step;
  } finally {
    if (!intended) {
      services.issuing.undo(asked.requestId);
      services.forwarding.finish(asked.requestId);
    }
  }
}

function decide(services: CoreServices, turn: Turn, asked: Asked, progress: Progress): Step {
  const admitted = admit(services, turn, asked);
  if ('error' in admitted) return refuse(services, turn, asked, admitted.token, admitted.error);
  const { handler, input, mount } = admitted;
  const guessed = handler.guessable ? `${mount.uuid}/${handler.guessable(input)}` : undefined;
  if (guessed !== undefined && !progress.waited && services.guesses.delayFor(guessed) > 0) {
    return { kind: 'wait', name: guessed };
  }
  if (handler.prepare && !progress.prepared) {
    const prepare = handler.prepare.bind(handler);
    const looked = attempt(() => handler.look?.(requestTurn(services, turn, asked, admitted, []), input));
    if ('thrown' in looked) {
      const refused = refuse(services, turn, asked, admitted.token, looked.thrown);
      countMiss(services, guessed, refused.error);
      return refused;
    }
    return {
      kind: 'prepare',
      guessed,
      run: () =>
        prepare(input, {
          ports: services.ports,
          mount,
          seen: looked.value,
          signal: asked.request.signal,
        }),
    };
  }
  const sealed: ValueHash[] = [];
  const planned = attempt(() => {
    const forHandler = requestTurn(services, turn, asked, admitted, sealed);
    const decision = handler.decide(forHandler, input, progress.prepared?.value);
    // A credential that is read is issued, and an effect reaches a target.
    refuseInQuarantine(services, decision.kind === 'reply');
    switch (decision.kind) {
      case 'refuse': {
        const { error, changes } = decision;
        const record = () => void refuse(services, turn, asked, admitted.token, error, { sealed, changes });
        return { kind: 'refused' as const, error, record };
      }
      case 'reply':
        return planAnswer(services, turn, asked, admitted, decision);
      case 'effect':
        return planEffect(turn, asked, admitted, decision);
      case 'issue':
        return planIssue(services, turn, asked, admitted, decision);
      case 'forward':
        return planForward(services, turn, asked, admitted, decision);
      default:
        return decision satisfies never;
    }
  });
  if ('thrown' in planned) {
    const refused = refuse(services, turn, asked, admitted.token, planned.thrown, { sealed });
    countMiss(services, guessed, refused.error);
    return refused;
  }
  // Outside `attempt`: whatever throws here must undo the whole turn.
  planned.value.record(turn);
  if (planned.value.kind === 'refused') countMiss(services, guessed, planned.value.error);
  else if (guessed !== undefined) services.guesses.succeeded(guessed);
  return planned.value;
}
