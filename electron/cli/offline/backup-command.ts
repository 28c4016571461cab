import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { requiredText } from './init-command.ts';
import { printResult } from './print-result.ts';
import { systemPorts } from './system-ports.ts';
import { WAY_IN_OPTIONS, withWayIn } from './way-in-options.ts';

/** `kw backup`: the whole vault in one file. */
export const backupCommand: Command = {
  name: 'backup',
  summary: 'Writes a vault into one encrypted file, and proves it',
  usage: '--vault DIR --passphrase-file FILE --to FILE [--json]',
  details:
    'The vault may be open and in use meanwhile. The file opens with any of the ways in that the vault has now, and with nothing else.',
  options: {
    vault: { type: 'string', value: 'DIR', help: 'the folder of the vault' },
    to: { type: 'string', value: 'FILE', help: 'the file to write; it must not be there yet' },
    ...WAY_IN_OPTIONS,
    ...JSON_OPTION,
  },
  positionals: { min: 0, max: 0 },
  async run(invocation) {
    const directory = resolve(requiredText(invocation, 'vault'));
    const to = resolve(requiredText(invocation, 'to'));
    await refuseExisting(to);
    const { exportVault } = await import('../../vault/export-vault.ts');
    const ports = systemPorts(invocation.surroundings);
    const made = await withWayIn(invocation, (wayIn) => exportVault({ ...wayIn, directory, to, ports }));
    printResult(invocation, {
      file: to,
      vault_id: made.id,
      records: made.sequence,
      hash: made.hash,
      last_record: new Date(made.time).toISOString(),
    });
    return 0;
  },
};

async function refuseExisting(path: string): Promise<void> {
  try {
    await access(path);
  } catch {
    return;
  }
  throw new KeywardenError('invalid-request', `There is a file ${path} already.`);
}
