import { ERROR_TABLE } from '../../../shared/errors/error-table.ts';
import { runtimePaths } from '../../../shared/model/runtime-paths.ts';
import { addressText, recordedAddress } from '../broker/broker-address.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import { errorOf } from '../broker/broker-reply.ts';
import { openBroker } from '../broker/open-broker.ts';
import { BROKER_OPTIONS, type Command, JSON_OPTION, optionFlag } from '../command.ts';
import { formatTable } from '../output/table.ts';
import type { Surroundings } from '../surroundings.ts';

/** `kw status`: where the broker is and whether it serves. Needs no token. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'Says where the broker is and whether it serves',
  usage: '[options]',
  details: 'Ends with 0 when it serves, with 3 when it is sealed or not running.',
  options: { ...JSON_OPTION, ...BROKER_OPTIONS },
  positionals: { min: 0, max: 0 },
  async run(invocation) {
    const { surroundings } = invocation;
    const client = await openBroker(invocation);
    const reply = await client.ask({ verb: 'GET', path: 'sys/seal-status' });
    if (reply.status !== 200 || !reply.body) throw errorOf(reply);
    const { initialized, sealed, version } = reply.body;
    const status = {
      address: await httpAddress(client, surroundings),
      socket: client.address.kind === 'socket' ? client.address.path : null,
      initialized,
      sealed,
      version,
    };
    const text = optionFlag(invocation, 'json')
      ? `${JSON.stringify(status)}\n`
      : formatTable(Object.entries(status).filter(([, value]) => value !== null));
    surroundings.stdout.write(text);
    return sealed === false ? 0 : ERROR_TABLE.sealed.exit;
  },
};

/** Asked over the socket, the broker's HTTP address is what apps need to know: 8200 may have been taken. */
async function httpAddress(client: BrokerClient, surroundings: Surroundings): Promise<string | null> {
  if (client.address.kind === 'url') return addressText(client.address);
  const paths = runtimePaths(surroundings);
  return client.address.path === paths.socketPath ? ((await recordedAddress(paths)) ?? null) : null;
}
