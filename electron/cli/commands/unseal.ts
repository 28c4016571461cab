import { readFile } from 'node:fs/promises';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { errorOf } from '../broker/broker-reply.ts';
import { openBroker } from '../broker/open-broker.ts';
import {
  BROKER_OPTIONS,
  type Command,
  type Invocation,
  JSON_OPTION,
  optionFlag,
  optionText,
} from '../command.ts';
import { formatTable } from '../output/table.ts';
import { revealTyped } from '../reveal-typed.ts';
import { tell } from '../surroundings.ts';

/** Nobody's key is longer, however it is set. */
const MOST = 4096;

/** `kw unseal`: hands the broker one key of a sealed vault. The last one that it takes opens it. */
export const unsealCommand: Command = {
  name: 'unseal',
  summary: 'Hands a sealed broker one key: a share, or the recovery kit',
  usage: '[--key-file FILE] [options], or unseal --reset [options]',
  details: [
    'Without --key-file the key is read from standard input; at a terminal it is asked for and does not show.',
    'Shares are handed in one by one, by whoever holds them; where the vault has none, the recovery kit opens it alone.',
    'Ends with 0 when the key was taken, open or not yet.',
  ].join('\n'),
  options: {
    'key-file': { type: 'string', value: 'FILE', help: 'a file whose content is the key' },
    reset: { type: 'boolean', help: 'forget the keys that have come, and begin anew' },
    ...JSON_OPTION,
    ...BROKER_OPTIONS,
  },
  positionals: { min: 0, max: 0 },
  async run(invocation) {
    const client = await openBroker(invocation);
    const body = optionFlag(invocation, 'reset') ? { reset: true } : { key: await revealKey(invocation) };
    const reply = await client.ask({ verb: 'POST', path: 'sys/unseal', body });
    if (reply.status !== 200 || !reply.body) throw errorOf(reply);
    const { sealed, t, n, progress } = reply.body;
    const shown = { sealed, threshold: t, shares: n, progress };
    const { surroundings } = invocation;
    if (optionFlag(invocation, 'json')) surroundings.stdout.write(`${JSON.stringify(shown)}\n`);
    else {
      surroundings.stdout.write(formatTable(Object.entries(shown)));
      const more = Number(t) - Number(progress);
      tell(
        surroundings,
        sealed === false
          ? 'the vault is open.'
          : `${more} more ${more === 1 ? 'key is' : 'keys are'} needed.`,
      );
    }
    return 0;
  },
};

async function revealKey(invocation: Invocation): Promise<string> {
  const file = optionText(invocation, 'key-file');
  if (file === undefined) return revealTyped('The key', invocation.surroundings);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new KeywardenError('invalid-request', `The key file ${file} cannot be read.`);
  });
  const key = text.slice(0, MOST).replace(/\s+/g, ' ').trim();
  if (key === '') throw new KeywardenError('invalid-request', `The key file ${file} is empty.`);
  return key;
}
