import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import { type Invocation, optionFlag } from '../command.ts';
import { tell } from '../surroundings.ts';
import { nextChange } from './next-change.ts';
import type { PlannedVariable } from './plan-environment.ts';
import { type Revealed, revealReferences, type WatchedPath } from './reveal-references.ts';
import { openRunSession, type RunSession } from './run-session.ts';
import type { CaughtSignals } from './signals.ts';
import { type RunningProgram, startProgram } from './start-program.ts';
import { reachBroker } from './wait-for-broker.ts';

/** What a change of a secret does to the program. */
export type Reaction = 'restart' | 'signal';

/** A session with what was fetched under it: both end together. */
interface Supply {
  readonly session: RunSession;
  readonly revealed: Revealed;
}

/** Runs the program, again after each change where that is asked for. Returns the exit code of its last run. */
export async function runWithSecrets(
  invocation: Invocation,
  plan: readonly PlannedVariable[],
  reaction: Reaction | undefined,
  signals: CaughtSignals,
): Promise<number> {
  const passToken = optionFlag(invocation, 'pass-token');
  const needsBroker = passToken || plan.some(({ kind }) => kind === 'reference');
  if (!needsBroker) return await startProgram(invocation, environment(invocation, plan), signals).ended;

  const client = await reachBroker(invocation, signals.aborted);
  const open = () => openSupply(client, invocation, plan, signals.aborted);
  let supply = await open();
  try {
    for (;;) {
      const variables = environment(
        invocation,
        plan,
        supply.revealed,
        passToken ? supply.session : undefined,
      );
      const program = startProgram(invocation, variables, signals);
      if (reaction === undefined) return await program.ended;
      const warn = (message: string): void => tell(invocation.surroundings, message);
      const next = await reactWhileItRuns(program, reaction, supply, open, warn);
      if (typeof next === 'number') return next;
      signals.passTo(undefined);
      await supply.session.end();
      supply = next;
    }
  } finally {
    await supply.session.end();
  }
}

/** The exit code of a program that has ended by itself, or the fresh supply for which it was ended. */
async function reactWhileItRuns(
  program: RunningProgram,
  reaction: Reaction,
  { session, revealed }: Supply,
  open: () => Promise<Supply>,
  warn: (message: string) => void,
): Promise<number | Supply> {
  let { watchable } = revealed;
  for (;;) {
    const code = await endOrChange(program, (signal) => nextChange(session.client, watchable, warn, signal));
    if (code !== undefined) return code;
    // Looked at ahead of what follows: a change that comes meanwhile is seen in the next round.
    watchable = await whereTheyStand(session.client, watchable);
    if (reaction === 'signal') {
      program.kill('SIGHUP');
      continue;
    }
    const fresh = await open().catch((error: unknown) => {
      warn(`a secret has changed, and cannot be read: ${asKeywardenError(error).message}`);
      return undefined;
    });
    if (fresh !== undefined && differs(revealed, fresh.revealed)) {
      await program.stop();
      return fresh;
    }
    await fresh?.session.end();
  }
}

/** The exit code, or undefined when a change came first. */
async function endOrChange(
  program: RunningProgram,
  change: (signal: AbortSignal) => Promise<void>,
): Promise<number | undefined> {
  const watching = new AbortController();
  try {
    return await Promise.race([program.ended, change(watching.signal).then(() => undefined)]);
  } finally {
    watching.abort();
  }
}

async function openSupply(
  client: BrokerClient,
  invocation: Invocation,
  plan: readonly PlannedVariable[],
  signal: AbortSignal,
): Promise<Supply> {
  const references = plan.flatMap((variable) => (variable.kind === 'reference' ? [variable.reference] : []));
  const session = await openRunSession(client, invocation, signal);
  try {
    return { session, revealed: await revealReferences(session, references, signal) };
  } catch (error) {
    await session.end();
    throw error;
  }
}

/** Whether something that can be waited for has another value; what was made for a run alone always has. */
function differs(before: Revealed, after: Revealed): boolean {
  return [...before.shared].some(([reference, value]) => after.shared.get(reference) !== value);
}

/** The same paths, with where they stand now. */
function whereTheyStand(
  client: BrokerClient,
  watchable: readonly WatchedPath[],
): Promise<readonly WatchedPath[]> {
  return Promise.all(
    watchable.map(async ({ path, index }) => {
      const reply = await client.ask({ verb: 'GET', path, query: { index: '0' } }).catch(() => undefined);
      return { path, index: reply?.index ?? index };
    }),
  );
}

/** The program's environment: ours without our token, then what was planned. */
function environment(
  { surroundings }: Invocation,
  plan: readonly PlannedVariable[],
  revealed?: Revealed,
  session?: RunSession,
): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = { ...surroundings.env };
  delete variables['VAULT_TOKEN'];
  if (session) {
    variables['VAULT_TOKEN'] = session.client.token;
    variables['VAULT_ADDR'] = session.address;
  }
  for (const variable of plan) {
    variables[variable.name] =
      variable.kind === 'text' ? variable.text : revealed?.values.get(variable.reference);
  }
  return variables;
}
