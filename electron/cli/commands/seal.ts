import { openBroker } from '../broker/open-broker.ts';
import { BROKER_OPTIONS, type Command, JSON_OPTION, optionFlag } from '../command.ts';
import { tell } from '../surroundings.ts';

/** `kw seal`: no key stays in the broker's memory. */
export const sealCommand: Command = {
  name: 'seal',
  summary: 'Seals the vault: the broker forgets every key',
  usage: '[options]',
  options: { ...JSON_OPTION, ...BROKER_OPTIONS },
  positionals: { min: 0, max: 0 },
  async run(invocation) {
    const client = await openBroker(invocation);
    await client.envelope({ verb: 'POST', path: 'sys/seal' });
    if (!optionFlag(invocation, 'json')) tell(invocation.surroundings, 'the vault is sealed.');
    return 0;
  },
};
