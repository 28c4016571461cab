import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { AuthEnvelope } from '../../shared/model/envelope.ts';
import { findBroker } from './broker/broker-address.ts';
import { brokerClient } from './broker/broker-client.ts';
import { keepToken } from './broker/keep-token.ts';
import { type Invocation, optionFlag, optionText } from './command.ts';
import { revealTyped } from './reveal-typed.ts';
import { tell } from './surroundings.ts';
import { readWriteFields } from './write-fields.ts';

/**
 * Logs in with a name and a password, without a desktop. The token is kept for this user's own broker; another broker's
 * is only shown, because whatever listens at an address must not be handed it later.
 */
export async function userpassLogin(invocation: Invocation): Promise<AuthEnvelope> {
  const { surroundings, positionals } = invocation;
  const fields = await loginFields(invocation);
  const username = fields['username'];
  if (!username) throw new KeywardenError('usage', 'Whose password? Write username=NAME.');
  const address = await findBroker(optionText(invocation, 'address'), surroundings);
  const shows = optionFlag(invocation, 'token-only');
  if (!address.trusted && !shows) {
    throw new KeywardenError('usage', 'The token of another broker is not kept: --token-only prints it.');
  }
  // SECURITY(B4): a password has no place among the arguments; standard input and files have.
  if (positionals.some((one) => /^password=(?![@-])/.test(one))) {
    tell(surroundings, 'others can read a password on the command line: use password=- or password=@FILE.');
  }
  const password = fields['password'] ?? (await revealTyped('Password', surroundings));
  const mount = (optionText(invocation, 'path') ?? 'userpass').replace(/^\/?(?:auth\/)?|\/+$/g, '');
  const envelope = await brokerClient(address, undefined).envelope({
    verb: 'POST',
    path: `auth/${mount}/login/${username}`,
    body: { password },
  });
  const auth = envelope?.auth;
  if (!auth) throw new KeywardenError('login-failed');
  if (shows) surroundings.stdout.write(`${auth.client_token}\n`);
  else await keepToken(auth.client_token, surroundings);
  return auth;
}

async function loginFields({
  positionals,
  surroundings,
}: Invocation): Promise<Readonly<Record<string, string>>> {
  const [first] = positionals;
  const args =
    first !== undefined && !first.includes('=')
      ? [`username=${first}`, ...positionals.slice(1)]
      : positionals;
  return (await readWriteFields(args, surroundings)).fields;
}
