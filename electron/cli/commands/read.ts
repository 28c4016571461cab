import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { isReference, parseReference } from '../../../shared/model/reference.ts';
import { envelopeOf, isJsonObject } from '../broker/broker-reply.ts';
import { fullPath, holdsKv2Fields, mountOf, tidyPath } from '../broker/kv-path.ts';
import { openBroker } from '../broker/open-broker.ts';
import { BROKER_OPTIONS, type Command, FIELD_OPTION, type Invocation, JSON_OPTION } from '../command.ts';
import { printEnvelope } from '../output/print-envelope.ts';

/** `kw read`: one secret, one credential, or anything else that the broker answers to a read. */
export const readCommand: Command = {
  name: 'read',
  summary: 'Reads a secret, or fetches a credential',
  usage: 'PATH [options]',
  details: [
    "kw read secret/app               the newest version (KV 2's data/ is implied)",
    "kw read database/creds/app       a database user of one's own, with a lease",
    'kw read kw://secret/app#password?version=2   one field, as kw run would put it',
  ].join('\n'),
  options: { ...FIELD_OPTION, ...JSON_OPTION, ...BROKER_OPTIONS },
  positionals: { min: 1, max: 1 },
  async run(invocation) {
    const { path, version, asked } = target(invocation);
    const client = await openBroker(asked);
    const mount = await mountOf(client, path);
    const full = fullPath(path, mount, 'value');
    const reply = await client.ask({
      verb: 'GET',
      path: full,
      ...(version !== undefined && { query: { version: String(version) } }),
    });
    const kv2 = holdsKv2Fields(full, mount);
    if (reply.status === 404 && kv2 && isJsonObject(reply.body?.['data'])) {
      throw new KeywardenError('not-found', `That version of ${path} has been deleted.`);
    }
    if (reply.status === 404) throw new KeywardenError('not-found', `There is nothing at ${path}.`);
    printEnvelope(asked, envelopeOf(reply), kv2 ? 'kv2' : 'data');
    return 0;
  },
};

/** A reference is a path with its field; a `--field` beside it wins. */
function target(invocation: Invocation): { path: string; version: number | undefined; asked: Invocation } {
  const [given = ''] = invocation.positionals;
  if (!isReference(given)) return { path: tidyPath(given), version: undefined, asked: invocation };
  const { path, field, version } = parseReference(given);
  return { path, version, asked: { ...invocation, options: { field, ...invocation.options } } };
}
