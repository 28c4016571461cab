import { rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { AuthEnvelope } from '../../../shared/model/envelope.ts';
import { runtimePaths } from '../../../shared/model/runtime-paths.ts';
import { findBroker } from '../broker/broker-address.ts';
import { type BrokerClient, brokerClient } from '../broker/broker-client.ts';
import { envelopeOf, errorOf } from '../broker/broker-reply.ts';
import { ensureRuntimeFolder } from '../broker/runtime-folder.ts';
import { type Command, JSON_OPTION, optionFlag } from '../command.ts';
import { type Surroundings, tell } from '../surroundings.ts';

/** Milliseconds between two looks at what the person has decided. */
const LOOK_AGAIN = 500;

/** `kw login`: asks the person at the unlocked desktop for a token. It is kept in the runtime folder and ends with lock, seal and quit. */
export const loginCommand: Command = {
  name: 'login',
  summary: 'Asks the unlocked desktop app for a token',
  usage: '[options]',
  details:
    'The desktop app shows the same short code; approve it there. The token ends when the app is locked or closed.',
  options: { ...JSON_OPTION },
  positionals: { min: 0, max: 0 },
  async run(invocation) {
    const { surroundings } = invocation;
    const client = await localBroker(surroundings);
    const { request, code } = await askDesktop(client);
    tell(surroundings, `approve the code ${code} in the desktop app.`);
    const auth = await waitForDecision(client, request);
    await keepToken(auth.client_token, surroundings);
    if (optionFlag(invocation, 'json')) {
      const { policies, lease_duration } = auth;
      surroundings.stdout.write(`${JSON.stringify({ policies, lease_duration })}\n`);
    } else {
      tell(surroundings, `you are logged in, with the policies ${auth.policies.join(', ')}.`);
    }
    return 0;
  },
};

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

/** Written beside and renamed: nobody reads half a token, and it is never open to others. */
async function keepToken(token: string, surroundings: Surroundings): Promise<void> {
  const { folder, tokenPath } = runtimePaths(surroundings);
  await ensureRuntimeFolder(folder, surroundings);
  try {
    await writeFile(`${tokenPath}.new`, `${token}\n`, { mode: 0o600 });
    await rename(`${tokenPath}.new`, tokenPath);
  } catch (cause) {
    throw new KeywardenError('not-available', `The token cannot be kept at ${tokenPath}.`, { cause });
  }
}
