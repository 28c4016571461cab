import { resolve } from 'node:path';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type Command, type Invocation, JSON_OPTION, optionFlag } from '../command.ts';
import { tell } from '../surroundings.ts';
import { describeQuarantine } from './confirmed-only.ts';
import { herePlace } from './here-place.ts';
import { requiredText } from './init-command.ts';
import { printResult } from './print-result.ts';
import { systemPorts } from './system-ports.ts';
import { WAY_IN_OPTIONS, withWayIn } from './way-in-options.ts';

/** `kw restore`: a vault from its backup, and a person's word that a vault is the one to go on with. */
export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Puts a vault back from a backup, or confirms one that was put back',
  usage:
    'BACKUP --vault DIR --passphrase-file FILE [--json], or restore --confirm --vault DIR --passphrase-file FILE',
  details: [
    'The backup is proven first; the folder must hold no vault. What is restored issues nothing until it is confirmed.',
    '--confirm: this is the vault to go on with, at home on this machine from now on. What is overdue in it is ended first.',
    'It also makes a copy from another machine the home. Where the other one goes on too, the two are a fork.',
  ].join('\n'),
  options: {
    vault: { type: 'string', value: 'DIR', help: 'the folder of the vault' },
    confirm: { type: 'boolean', help: 'confirm a vault that was restored, put back or copied here' },
    ...WAY_IN_OPTIONS,
    ...JSON_OPTION,
  },
  positionals: { min: 0, max: 1 },
  async run(invocation) {
    const directory = resolve(requiredText(invocation, 'vault'));
    const [backup] = invocation.positionals;
    if ((backup === undefined) !== optionFlag(invocation, 'confirm')) {
      throw new KeywardenError('usage', 'Name a backup to restore, or give --confirm.');
    }
    if (backup === undefined) await confirm(invocation, directory);
    else await restore(invocation, directory, resolve(backup));
    return 0;
  },
};

async function restore(invocation: Invocation, directory: string, from: string): Promise<void> {
  const { restoreBackup } = await import('../../vault/restore-backup.ts');
  const { random } = systemPorts(invocation.surroundings);
  const { id, sequence, hash, time } = await withWayIn(invocation, (wayIn) =>
    restoreBackup({ ...wayIn, from, directory, random }),
  );
  const last = new Date(time).toISOString();
  printResult(invocation, { vault: directory, vault_id: id, records: sequence, hash, last_record: last });
  if (optionFlag(invocation, 'json')) return;
  tell(invocation.surroundings, 'it issues nothing until you confirm it: kw restore --confirm.');
}

async function confirm(invocation: Invocation, directory: string): Promise<void> {
  const { openKeywarden } = await import('../../keywarden.ts');
  const { surroundings } = invocation;
  const ports = systemPorts(surroundings);
  const place = await herePlace(surroundings);
  const opened = await withWayIn(invocation, (wayIn) => openKeywarden({ ...wayIn, directory, ports, place }));
  const { quarantine, vaultId } = opened;
  if (quarantine && !optionFlag(invocation, 'json')) tell(surroundings, describeQuarantine(quarantine));
  const confirmed = await opened.confirm();
  await confirmed.close();
  printResult(invocation, { vault_id: vaultId, confirmed: quarantine?.reason ?? 'nothing to confirm' });
}
