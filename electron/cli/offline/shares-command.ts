import { resolve } from 'node:path';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type Command, type Invocation, JSON_OPTION, optionFlag } from '../command.ts';
import { tell } from '../surroundings.ts';
import { herePlace } from './here-place.ts';
import { requiredText } from './init-command.ts';
import { systemPorts } from './system-ports.ts';
import { WAY_IN_OPTIONS, withWayIn } from './way-in-options.ts';

/** `kw shares make`: k-of-n shares that open the vault together. */
export const sharesCommand: Command = {
  name: 'shares',
  summary: 'Makes shares, so many of which open the vault together',
  usage: 'make --vault DIR --passphrase-file FILE --shares N --threshold K [--json]',
  details: [
    'Prints N shares once; any K of them open the vault, with kw unseal or --shares-file. Fewer say nothing about it.',
    'They take the place of shares that were made before. Other ways in stay: kw ways lists and removes them.',
    'The vault must not be open.',
  ].join('\n'),
  options: {
    vault: { type: 'string', value: 'DIR', help: 'the folder of the vault' },
    shares: { type: 'string', value: 'N', help: 'how many there are, 2 to 16' },
    threshold: { type: 'string', value: 'K', help: 'how many of them open, 2 to N' },
    ...WAY_IN_OPTIONS,
    ...JSON_OPTION,
  },
  positionals: { min: 1, max: 1 },
  async run(invocation) {
    if (invocation.positionals[0] !== 'make')
      throw new KeywardenError('usage', 'kw shares make: nothing else is known.');
    const directory = resolve(requiredText(invocation, 'vault'));
    const terms = { total: readCount(invocation, 'shares'), threshold: readCount(invocation, 'threshold') };
    const { surroundings } = invocation;
    const place = await herePlace(surroundings);
    const { changeWaysIn } = await import('../../keywarden.ts');
    await withWayIn(invocation, (wayIn) =>
      changeWaysIn({ ...wayIn, directory, ports: systemPorts(surroundings), place }, async (ways) => {
        const old = (await ways.list()).filter(({ kind }) => kind === 'shares');
        const shares = await ways.addShares(wayIn, terms);
        // Printed before the old ones go: whoever dies in between has one set in hand that opens.
        const text = optionFlag(invocation, 'json')
          ? JSON.stringify({ threshold: terms.threshold, shares })
          : shares.join('\n');
        surroundings.stdout.write(`${text}\n`);
        for (const { id } of old) await ways.remove(wayIn, id, 'not-needed');
      }),
    );
    if (!optionFlag(invocation, 'json')) {
      tell(
        surroundings,
        `any ${terms.threshold} of these ${terms.total} open the vault. They are shown this once: give each to another person.`,
      );
    }
    return 0;
  },
};

function readCount(invocation: Invocation, name: string): number {
  const count = Number(requiredText(invocation, name));
  if (Number.isInteger(count)) return count;
  throw new KeywardenError('usage', `--${name} takes a whole number.`);
}
