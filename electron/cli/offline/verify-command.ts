import { resolve } from 'node:path';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type Command, JSON_OPTION, optionText } from '../command.ts';
import { printResult } from './print-result.ts';
import { WAY_IN_OPTIONS, withWayIn } from './way-in-options.ts';

/** `kw verify`: walks the chain of a vault or of a backup, and names the first bad record. */
export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Walks the whole ledger of a vault or a backup, and names what is damaged',
  usage: '(--vault DIR | BACKUP) --passphrase-file FILE [--json]',
  details:
    'Opens every frame and follows the chain of hashes from the first record to the last. Changes nothing; the vault may be in use.',
  options: {
    vault: { type: 'string', value: 'DIR', help: 'the folder of the vault' },
    ...WAY_IN_OPTIONS,
    ...JSON_OPTION,
  },
  positionals: { min: 0, max: 1 },
  async run(invocation) {
    const vault = optionText(invocation, 'vault');
    const [backup] = invocation.positionals;
    if ((vault === undefined) === (backup === undefined)) {
      throw new KeywardenError('usage', 'Name either a vault (--vault DIR) or a backup.');
    }
    await withWayIn(invocation, async (wayIn) => {
      if (vault !== undefined) {
        const { verifyLedger } = await import('../../vault/verify-ledger.ts');
        const { records, since, hash, torn } = await verifyLedger({ ...wayIn, directory: resolve(vault) });
        printResult(invocation, { records, since, hash, torn });
        return;
      }
      const { verifyBackup } = await import('../../vault/restore-backup.ts');
      const { description, since } = await verifyBackup({ ...wayIn, from: resolve(backup ?? '') });
      const { sequence, hash, id, createdAt } = description;
      const made = new Date(createdAt).toISOString();
      printResult(invocation, { records: sequence, since, hash, vault_id: id, made });
    });
    return 0;
  },
};
