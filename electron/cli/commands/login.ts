import { setTimeout as sleep } from 'node:timers/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { AuthEnvelope } from '../../../shared/model/envelope.ts';
import { findBroker } from '../broker/broker-address.ts';
import { type BrokerClient, brokerClient } from '../broker/broker-client.ts';
import { envelopeOf, errorOf } from '../broker/broker-reply.ts';
import { keepToken } from '../broker/keep-token.ts';
import {
  BROKER_OPTIONS,
  type Command,
  type Invocation,
  JSON_OPTION,
  optionFlag,
  optionText,
} from '../command.ts';
import { type Surroundings, tell } from '../surroundings.ts';
import { userpassLogin } from '../userpass-login.ts';

/** Milliseconds between two looks at what the person has decided. */
const LOOK_AGAIN = 500;

/**
 * `kw login`: asks the person at the unlocked desktop for a token, or logs in with a name and a password where there is
 * none. The token is kept in the runtime folder; the desktop's ends with lock, seal and quit.
 */
export const loginCommand: Command = {
  name: 'login',
  summary: 'Gets a token: from the unlocked desktop app, or with a password',
  usage: '[options], or login --method userpass username=NAME [password=@FILE|-]',
  details: [
    'The desktop app shows the same short code; approve it there. The token ends when the app is locked or closed.',
    'With --method userpass the password comes from a file, from standard input, or is asked for at the terminal.',
  ].join('\n'),
  options: {
    method: { type: 'string', value: 'desktop|userpass', help: 'how to log in (default: desktop)' },
    path: { type: 'string', value: 'PATH', help: 'where the method is mounted (default: its name)' },
    address: BROKER_OPTIONS.address,
    'token-only': { type: 'boolean', help: 'print the token and do not keep it (userpass alone)' },
    ...JSON_OPTION,
  },
  positionals: { min: 0, max: 2 },
  async run(invocation) {
    const { surroundings } = invocation;
    const auth = await logIn(invocation);
    if (optionFlag(invocation, 'token-only')) return 0;
    if (optionFlag(invocation, 'json')) {
      const { policies, lease_duration } = auth;
      surroundings.stdout.write(`${JSON.stringify({ policies, lease_duration })}\n`);
    } else {
      tell(surroundings, `you are logged in, with the policies ${auth.policies.join(', ')}.`);
    }
    return 0;
  },
};

async function logIn(invocation: Invocation): Promise<AuthEnvelope> {
  switch (optionText(invocation, 'method') ?? 'desktop') {
    case 'userpass':
      return userpassLogin(invocation);
    case 'desktop':
      return desktopLogin(invocation);
    default:
      throw new KeywardenError('usage', '--method takes desktop or userpass.');
  }
}

async function desktopLogin(invocation: Invocation): Promise<AuthEnvelope> {
  const { surroundings, positionals } = invocation;
  const others = ['address', 'path'].some((name) => optionText(invocation, name) !== undefined);
  if (positionals.length > 0 || others || optionFlag(invocation, 'token-only')) {
    throw new KeywardenError(
      'usage',
      'The desktop of this user takes no address or name, and keeps its token.',
    );
  }
  const client = await localBroker(surroundings);
  const { request, code } = await askDesktop(client);
  tell(surroundings, `approve the code ${code} in the desktop app.`);
  const auth = await waitForDecision(client, request);
  await keepToken(auth.client_token, surroundings);
  return auth;
}

const NO_DESKTOP = 'No desktop app is open here: open and unlock it, then try again.';

/** Never `VAULT_ADDR`: only the desktop of this user may be asked. */
async function localBroker(surroundings: Surroundings): Promise<BrokerClient> {
  const address = await findBroker(undefined, {
    ...surroundings,
    env: { ...surroundings.env, VAULT_ADDR: '' },
  });
  return brokerClient(address, undefined);
}

async function askDesktop(client: BrokerClient): Promise<{ request: string; code: string }> {
  const reply = await client.ask({ verb: 'POST', path: 'auth/desktop/request', body: { program: 'kw' } });
  // A broker without a desktop, or with a locked one, has nobody who could answer.
  if (reply.status === 400 || reply.status === 404) throw new KeywardenError('not-running', NO_DESKTOP);
  const data = envelopeOf(reply)?.data;
  const request = data?.['request'];
  const code = data?.['code'];
  if (typeof request === 'string' && typeof code === 'string') return { request, code };
  throw new KeywardenError('not-running', NO_DESKTOP);
}

async function waitForDecision(client: BrokerClient, request: string): Promise<AuthEnvelope> {
  for (;;) {
    const reply = await client.ask({ verb: 'POST', path: 'auth/desktop/login', body: { request } });
    // Denied, too late, or locked meanwhile: the broker says which.
    if (reply.status === 400) throw new KeywardenError('login-failed', errorOf(reply).message);
    const auth = envelopeOf(reply)?.auth;
    if (auth) return auth;
    await sleep(LOOK_AGAIN);
  }
}
