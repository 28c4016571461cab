import { resolve } from 'node:path';
import { type Command, JSON_OPTION, optionText } from '../command.ts';
import { herePlace } from './here-place.ts';
import { requiredText } from './init-command.ts';
import { revealPassphrase } from './passphrase-file.ts';
import { printResult } from './print-result.ts';
import { systemPorts } from './system-ports.ts';
import { WAY_IN_OPTIONS, withWayIn } from './way-in-options.ts';

/** `kw rekey`: what comes from now on is sealed under a new vault key. */
export const rekeyCommand: Command = {
  name: 'rekey',
  summary: 'Starts a new vault key, with another passphrase if you like',
  usage: '--vault DIR --passphrase-file FILE [--new-passphrase-file FILE] [--json]',
  details: [
    'What is sealed already stays readable; what comes from now on is sealed under the new key. Tokens stay alive.',
    'With --new-passphrase-file, for when someone may know the old one: a new key pair as well. The recovery kit and',
    'other ways in go on to work. The vault must not be open.',
  ].join('\n'),
  options: {
    vault: { type: 'string', value: 'DIR', help: 'the folder of the vault' },
    'new-passphrase-file': {
      type: 'string',
      value: 'FILE',
      help: 'a file whose one line is the new passphrase',
    },
    ...WAY_IN_OPTIONS,
    ...JSON_OPTION,
  },
  positionals: { min: 0, max: 0 },
  async run(invocation) {
    const directory = resolve(requiredText(invocation, 'vault'));
    const newFile = optionText(invocation, 'new-passphrase-file');
    const { surroundings } = invocation;
    const passphrase = newFile === undefined ? undefined : await revealPassphrase(newFile, surroundings);
    const place = await herePlace(surroundings);
    const { changeWaysIn } = await import('../../keywarden.ts');
    try {
      const vaultId = await withWayIn(invocation, (wayIn) =>
        changeWaysIn({ ...wayIn, directory, ports: systemPorts(surroundings), place }, (ways) =>
          passphrase ? ways.changePassphrase(wayIn, passphrase, 'someone-may-know-it') : ways.rekey(wayIn),
        ),
      );
      printResult(invocation, { vault_id: vaultId, rekeyed: passphrase ? 'key and passphrase' : 'key' });
    } finally {
      passphrase?.fill(0);
    }
    return 0;
  },
};
