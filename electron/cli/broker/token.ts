import { readFile } from 'node:fs/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { runtimePaths } from '../../../shared/model/runtime-paths.ts';
import type { Surroundings } from '../surroundings.ts';
import type { BrokerAddress } from './broker-address.ts';
import { runtimeFolderIsOurs } from './runtime-folder.ts';

/**
 * The token to ask with: the named file, else `VAULT_TOKEN`, else that of `kw login`, which goes to this user's own broker only.
 * Undefined when there is none. Throws `invalid-request` for a file that cannot be used.
 */
export async function revealToken(
  tokenFile: string | undefined,
  address: BrokerAddress,
  surroundings: Surroundings,
): Promise<string | undefined> {
  if (tokenFile !== undefined) {
    const text = await readFile(tokenFile, 'utf8').catch(() => {
      throw new KeywardenError('invalid-request', `The token file ${tokenFile} cannot be read.`);
    });
    return checked(text, `The token file ${tokenFile}`);
  }
  const fromEnvironment = surroundings.env['VAULT_TOKEN'];
  if (fromEnvironment) return checked(fromEnvironment, 'VAULT_TOKEN');

  const paths = runtimePaths(surroundings);
  if (!address.trusted || !(await runtimeFolderIsOurs(paths.folder, surroundings))) return undefined;
  const text = await readFile(paths.tokenPath, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : checked(text, 'The token of kw login');
}

/** A header takes visible ASCII only; anything else is no token. */
function checked(text: string, what: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new KeywardenError('invalid-request', `${what} holds no token.`);
}
