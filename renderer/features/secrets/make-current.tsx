import { ask } from '../../bridge/ask.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { toast } from '../../ui/toast.tsx';
import { type SecretView, useSecrets } from './secrets-store.ts';

interface MakeCurrentProps {
  readonly secret: SecretView;
  readonly current: number;
  readonly onClose: () => void;
}

/** Writes the values of an older version as the newest: nothing between the two is lost. */
export function MakeCurrent({ secret, current, onClose }: MakeCurrentProps) {
  const write = useSecrets((store) => store.write);
  const { path, version } = secret;
  const run = async (): Promise<void> => {
    // A field that is left out keeps its value of the current version, so the older values must be handed over.
    const fields = await Promise.all(
      secret.fields.map(async ({ name }) => {
        const { value } = await ask('secrets.reveal', { path, version, field: name });
        return { name, value };
      }),
    );
    const made = await write({ path, cas: current, fields });
    toast(`Version ${version} is current again, as version ${made}.`);
  };
  return (
    <Confirm
      title={`Make version ${version} current again?`}
      doLabel="Make it current"
      destructive={false}
      run={run}
      onClose={onClose}
    >
      <p>
        Its {secret.fields.length === 1 ? 'field is' : `${secret.fields.length} fields are`} written as
        version {current + 1} of <span className="mono">{path}</span>. Apps get these values the next time
        they ask.
      </p>
      <p>Version {current} stays in the list.</p>
    </Confirm>
  );
}
