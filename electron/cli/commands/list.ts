import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { envelopeOf } from '../broker/broker-reply.ts';
import { fullPath, mountOf, tidyPath } from '../broker/kv-path.ts';
import { openBroker } from '../broker/open-broker.ts';
import { BROKER_OPTIONS, type Command, JSON_OPTION, optionFlag } from '../command.ts';
import { visible } from '../output/table.ts';

/** `kw list`: the names at one path; those that end with a slash are folders. */
export const listCommand: Command = {
  name: 'list',
  summary: 'Lists the names below a path',
  usage: 'PATH [options]',
  options: { ...JSON_OPTION, ...BROKER_OPTIONS },
  positionals: { min: 1, max: 1 },
  async run(invocation) {
    const path = tidyPath(invocation.positionals[0] ?? '');
    const client = await openBroker(invocation);
    const full = fullPath(path, await mountOf(client, path), 'list');
    const reply = await client.ask({ verb: 'LIST', path: full });
    if (reply.status === 404) throw new KeywardenError('not-found', `There is nothing below ${path}.`);
    const envelope = envelopeOf(reply);
    const { stdout } = invocation.surroundings;
    if (optionFlag(invocation, 'json')) {
      stdout.write(`${JSON.stringify(envelope)}\n`);
      return 0;
    }
    const keys = envelope?.data?.['keys'];
    for (const key of Array.isArray(keys) ? keys : []) stdout.write(`${visible(String(key))}\n`);
    return 0;
  },
};
