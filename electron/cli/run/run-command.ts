import { BROKER_OPTIONS, type Command, type Invocation, optionFlag } from '../command.ts';
import { type PlannedVariable, planEnvironment } from './plan-environment.ts';
import { revealReferences } from './reveal-references.ts';
import { runProgram } from './run-program.ts';
import { openRunSession, type RunSession } from './run-session.ts';
import { type CaughtSignals, catchSignals, exitCodeOfSignal } from './signals.ts';
import { reachBroker } from './wait-for-broker.ts';

/** `kw run`: a program with secrets in its environment, for as long as it runs. */
export const runCommand: Command = {
  name: 'run',
  summary: 'Runs a program with secrets in its environment',
  usage: '[--env-file FILE] [-e NAME=kw://…] [--wait] -- PROGRAM [ARGUMENTS]',
  details: [
    'References look like kw://secret/app#password or kw://database/creds/app#username, with ?version=N behind them',
    'for an older version. All references to one path are one request: user name and password belong together.',
    'What is fetched lives in the environment of the program alone, under a token that ends with it, and is renewed meanwhile.',
  ].join('\n'),
  options: {
    'env-file': {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'an env file; lines without kw:// pass through',
    },
    env: {
      type: 'string',
      short: 'e',
      multiple: true,
      value: 'NAME=kw://…',
      help: 'one variable; wins over env files',
    },
    wait: { type: 'boolean', help: 'wait until the broker runs and is unsealed' },
    'pass-token': { type: 'boolean', help: 'give the program the token of this run as VAULT_TOKEN' },
    ...BROKER_OPTIONS,
  },
  positionals: { min: 0, max: 0 },
  takesProgram: true,
  failure: 125,
  async run(invocation) {
    const plan = await planEnvironment(invocation);
    const signals = catchSignals(invocation.surroundings);
    try {
      return await runWithSecrets(invocation, plan, signals);
    } catch (error) {
      if (signals.received !== undefined) return exitCodeOfSignal(signals.received);
      throw error;
    } finally {
      signals.release();
    }
  },
};

async function runWithSecrets(
  invocation: Invocation,
  plan: readonly PlannedVariable[],
  signals: CaughtSignals,
): Promise<number> {
  const passToken = optionFlag(invocation, 'pass-token');
  const references = plan.flatMap((variable) => (variable.kind === 'reference' ? [variable.reference] : []));
  if (references.length === 0 && !passToken) {
    return runProgram(invocation, environment(invocation, plan, new Map()), signals);
  }
  const client = await reachBroker(invocation, signals.aborted);
  const session = await openRunSession(client, invocation, signals.aborted);
  try {
    const values = await revealReferences(session, references, signals.aborted);
    const variables = environment(invocation, plan, values, passToken ? session : undefined);
    return await runProgram(invocation, variables, signals);
  } finally {
    await session.end();
  }
}

/** The program's environment: ours without our token, then what was planned. */
function environment(
  { surroundings }: Invocation,
  plan: readonly PlannedVariable[],
  values: ReadonlyMap<unknown, string>,
  session?: RunSession,
): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = { ...surroundings.env };
  delete variables['VAULT_TOKEN'];
  if (session) {
    variables['VAULT_TOKEN'] = session.client.token;
    variables['VAULT_ADDR'] = session.address;
  }
  for (const variable of plan) {
    variables[variable.name] = variable.kind === 'text' ? variable.text : values.get(variable.reference);
  }
  return variables;
}
