import { fullPath, mountOf, tidyPath } from '../broker/kv-path.ts';
import { openBroker } from '../broker/open-broker.ts';
import { BROKER_OPTIONS, type Command, JSON_OPTION } from '../command.ts';
import { printEnvelope } from '../output/print-envelope.ts';

/** `kw delete`: the newest version of a secret, or whatever else stands at the path. */
export const deleteCommand: Command = {
  name: 'delete',
  summary: 'Deletes the newest version of a secret, or what else is at a path',
  usage: 'PATH [options]',
  options: { ...JSON_OPTION, ...BROKER_OPTIONS },
  positionals: { min: 1, max: 1 },
  async run(invocation) {
    const path = tidyPath(invocation.positionals[0] ?? '');
    const client = await openBroker(invocation);
    const full = fullPath(path, await mountOf(client, path), 'value');
    printEnvelope(invocation, await client.envelope({ verb: 'DELETE', path: full }), 'data');
    return 0;
  },
};
