import { resolve } from 'node:path';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ShownWay, WaysIn } from '../../vault/ways-in.ts';
import { type Command, JSON_OPTION, optionFlag } from '../command.ts';
import { formatTable } from '../output/table.ts';
import { herePlace } from './here-place.ts';
import { requiredText } from './init-command.ts';
import { printResult } from './print-result.ts';
import { systemPorts } from './system-ports.ts';
import { WAY_IN_OPTIONS, withWayIn } from './way-in-options.ts';

/** `kw ways`: what opens a vault, and taking one of them out. */
export const waysCommand: Command = {
  name: 'ways',
  summary: 'Lists what opens a vault, or takes one of them out',
  usage:
    '--vault DIR --passphrase-file FILE [--json], or ways remove ID --vault DIR … [--someone-may-have-it]',
  details: [
    'remove: that way opens the vault no more. The last one stays, and so does the last one beside a keychain.',
    'With --someone-may-have-it (this takes the passphrase), it does not open what comes from now on in any copy either:',
    'a new key pair and a new vault key are made. The vault must not be open.',
  ].join('\n'),
  options: {
    vault: { type: 'string', value: 'DIR', help: 'the folder of the vault' },
    'someone-may-have-it': { type: 'boolean', help: 'somebody else may have it, or a copy of it' },
    ...WAY_IN_OPTIONS,
    ...JSON_OPTION,
  },
  positionals: { min: 0, max: 2 },
  async run(invocation) {
    const [what = 'list', id] = invocation.positionals;
    const removes = what === 'remove' && id !== undefined;
    if (!removes && (what !== 'list' || id !== undefined)) {
      throw new KeywardenError('usage', 'kw ways lists them; kw ways remove ID takes one out.');
    }
    const directory = resolve(requiredText(invocation, 'vault'));
    const { surroundings } = invocation;
    const place = await herePlace(surroundings);
    const { changeWaysIn } = await import('../../keywarden.ts');
    let listed: readonly ShownWay[] = [];
    const vaultId = await withWayIn(invocation, (wayIn) =>
      changeWaysIn({ ...wayIn, directory, ports: systemPorts(surroundings), place }, async (ways: WaysIn) => {
        const why = optionFlag(invocation, 'someone-may-have-it') ? 'someone-may-have-it' : 'not-needed';
        if (removes) await ways.remove(wayIn, id, why);
        listed = await ways.list();
      }),
    );
    if (removes) printResult(invocation, { vault_id: vaultId, removed: id });
    else if (optionFlag(invocation, 'json'))
      surroundings.stdout.write(`${JSON.stringify({ ways: listed })}\n`);
    else surroundings.stdout.write(formatTable(listed.map((way) => [way.id, wordsOf(way)])));
    return 0;
  },
};

function wordsOf({ kind, keyholder, addedAt, threshold, total }: ShownWay): string {
  const terms = total === undefined ? '' : ` (any ${threshold} of ${total})`;
  return `${kind}${terms} of ${keyholder}, since ${new Date(addedAt).toISOString()}`;
}
