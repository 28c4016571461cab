import { resolve } from 'node:path';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type Command, type Invocation, JSON_OPTION, optionFlag, optionText } from '../command.ts';
import { tell } from '../surroundings.ts';
import { herePlace } from './here-place.ts';
import { revealPassphrase } from './passphrase-file.ts';
import { systemPorts } from './system-ports.ts';

/** `kw init`: makes a vault and prints its root token and its recovery kit, once. */
export const initCommand: Command = {
  name: 'init',
  summary: 'Makes a vault and prints its root token and recovery kit, once',
  usage: '--vault DIR --passphrase-file FILE [--json]',
  details:
    'The vault has secret/ (KV 2), database/ and auth/approle/ mounted. The folder must be empty or not there yet.',
  options: {
    vault: { type: 'string', value: 'DIR', help: 'the folder of the vault' },
    'passphrase-file': { type: 'string', value: 'FILE', help: 'a file whose one line is the passphrase' },
    ...JSON_OPTION,
  },
  positionals: { min: 0, max: 0 },
  async run(invocation) {
    const { surroundings } = invocation;
    const directory = resolve(requiredText(invocation, 'vault'));
    const passphrase = await revealPassphrase(requiredText(invocation, 'passphrase-file'), surroundings);
    try {
      // Loaded here, so that commands that ask a broker start without the vault.
      const { createKeywardenVault } = await import('../../create-keywarden-vault.ts');
      await createKeywardenVault({
        directory,
        passphrase,
        ports: systemPorts(surroundings),
        place: await herePlace(surroundings),
        async tell({ vaultId, rootToken, recoveryKit }) {
          const shown = { vault_id: vaultId, root_token: rootToken, recovery_kit: recoveryKit };
          surroundings.stdout.write(`${JSON.stringify(shown)}\n`);
        },
      });
    } finally {
      passphrase.fill(0);
    }
    if (!optionFlag(invocation, 'json')) {
      tell(
        surroundings,
        'the vault is made. The root token and the recovery kit are shown this once. Print the kit and lock it away: ' +
          'it opens the vault alone, with or without the passphrase.',
      );
    }
    return 0;
  },
};

/** The text of an option that the command cannot do without. Throws `usage`. */
export function requiredText(invocation: Invocation, name: string): string {
  const text = optionText(invocation, name);
  if (text) return text;
  throw new KeywardenError('usage', `--${name} is missing.`);
}
