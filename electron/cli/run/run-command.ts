import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { BROKER_OPTIONS, type Command, type Invocation, optionText } from '../command.ts';
import { planEnvironment } from './plan-environment.ts';
import { type Reaction, runWithSecrets } from './run-with-secrets.ts';
import { catchSignals, exitCodeOfSignal } from './signals.ts';

/** `kw run`: a program with secrets in its environment, for as long as it runs. */
export const runCommand: Command = {
  name: 'run',
  summary: 'Runs a program with secrets in its environment',
  usage: '[--env-file FILE] [-e NAME=kw://…] [--wait] -- PROGRAM [ARGUMENTS]',
  details: [
    'References look like kw://secret/app#password or kw://database/creds/app#username, with ?version=N behind them',
    'for an older version. All references to one path are one request: user name and password belong together.',
    'What is fetched lives in the environment of the program alone, under a token that ends with it, and is renewed meanwhile.',
    'Without a terminal, what the program has started in its process group ends with it.',
    'With --on-change restart the new secrets are fetched first: a program is never ended for what cannot be read.',
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
    'on-change': {
      type: 'string',
      value: 'restart|signal',
      help: 'when a secret changes: start the program anew with it, or send the program SIGHUP',
    },
    'pass-token': { type: 'boolean', help: 'give the program the token of this run as VAULT_TOKEN' },
    ...BROKER_OPTIONS,
  },
  positionals: { min: 0, max: 0 },
  takesProgram: true,
  failure: 125,
  async run(invocation) {
    const plan = await planEnvironment(invocation);
    const reaction = readReaction(invocation);
    const signals = catchSignals(invocation.surroundings);
    try {
      return await runWithSecrets(invocation, plan, reaction, signals);
    } catch (error) {
      if (signals.received !== undefined) return exitCodeOfSignal(signals.received);
      throw error;
    } finally {
      signals.release();
    }
  },
};

function readReaction(invocation: Invocation): Reaction | undefined {
  const text = optionText(invocation, 'on-change');
  if (text === undefined || text === 'restart' || text === 'signal') return text;
  throw new KeywardenError('usage', '--on-change takes restart or signal.');
}
