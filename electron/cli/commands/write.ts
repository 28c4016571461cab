import { fullPath, holdsKv2Fields, type MountInfo, mountOf, tidyPath } from '../broker/kv-path.ts';
import { openBroker } from '../broker/open-broker.ts';
import { BROKER_OPTIONS, type Command, FIELD_OPTION, JSON_OPTION } from '../command.ts';
import { printEnvelope } from '../output/print-envelope.ts';
import { tell } from '../surroundings.ts';
import { readWriteFields } from '../write-fields.ts';

/** `kw write`: a new version of a secret, or anything else that takes fields. */
export const writeCommand: Command = {
  name: 'write',
  summary: 'Writes a secret, or configures something',
  usage: 'PATH NAME=VALUE… [options]',
  details: [
    'NAME=@FILE takes the value from a file, NAME=- from standard input. Values that stand on the command line',
    'can be read by other programs of this machine while it runs, and may stay in the history of the shell.',
    '',
    'kw write secret/app user=ann password=-',
    'kw write sys/policies/acl/app policy=@app.hcl',
  ].join('\n'),
  options: { ...FIELD_OPTION, ...JSON_OPTION, ...BROKER_OPTIONS },
  positionals: { min: 1, max: Number.POSITIVE_INFINITY },
  async run(invocation) {
    const [given = '', ...args] = invocation.positionals;
    const { fields, inArguments } = await readWriteFields(args, invocation.surroundings);
    const client = await openBroker(invocation);
    const path = tidyPath(given);
    const mount = await mountOf(client, path);
    const full = fullPath(path, mount, 'value');

    const exposed = inArguments.filter((name) => isSecret(name, mount));
    if (exposed.length > 0) {
      tell(
        invocation.surroundings,
        `other programs can see values in arguments; better: ${exposed[0]}=- or ${exposed[0]}=@FILE.`,
      );
    }
    const body = holdsKv2Fields(full, mount) ? { data: fields } : fields;
    printEnvelope(invocation, await client.envelope({ verb: 'POST', path: full, body }), 'data');
    return 0;
  },
};

/** Everything in a KV mount is one; elsewhere the name tells. SECURITY(B4) */
function isSecret(name: string, mount: MountInfo | undefined): boolean {
  return (
    mount?.kvVersion !== undefined ||
    /(?:^|_)(?:pass|password|passphrase|secret|secret_id|token|key)$/i.test(name)
  );
}
