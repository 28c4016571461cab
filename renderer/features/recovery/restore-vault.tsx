import { Button, TextInput } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useState } from 'react';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';
import { typedWayIn, WayInField, type WayInKind } from './way-in-field.tsx';

/** A backup, a place, a way in: what putting a vault back takes. */
export function RestoreVault({ onBack }: { readonly onBack: () => void }) {
  const accept = useSession((session) => session.accept);
  const [backup, setBackup] = useState('');
  const [place, setPlace] = useState('');
  const [kind, setKind] = useState<WayInKind>('passphrase');
  const [typed, setTyped] = useState('');
  const choosing = useAction(async () => {
    const { file } = await ask('vault.chooseBackup');
    if (file === null) return;
    setBackup(file);
    if (place === '') setPlace((await ask('vault.suggestFolder', { name: 'Restored vault' })).directory);
  });
  const restoring = useAction(async () => {
    const wayIn = typedWayIn(kind, typed);
    accept(await ask('vault.restore', { backup, directory: place.trim(), ...wayIn }));
  });
  const ready = backup !== '' && place.trim() !== '' && typed !== '';
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) restoring.run();
      }}
    >
      <div>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          ml={-10}
          mb={8}
          onClick={onBack}
          leftSection={<IconArrowLeft size={15} />}
        >
          Back
        </Button>
        <h1 className="front-door-title">Restore from a backup</h1>
        <p className="soft">
          The backup is proven whole before anything is written. The vault issues nothing until you confirm
          it.
        </p>
      </div>
      <div className="row create-place">
        <TextInput
          className="grow"
          label="Backup"
          value={backup}
          onChange={(event) => setBackup(event.currentTarget.value)}
          classNames={{ input: 'mono' }}
          spellCheck={false}
        />
        <Button variant="default" onClick={choosing.run} loading={choosing.busy}>
          Choose…
        </Button>
      </div>
      <TextInput
        label="Place"
        description="A new, empty folder."
        value={place}
        onChange={(event) => setPlace(event.currentTarget.value)}
        classNames={{ input: 'mono' }}
        spellCheck={false}
      />
      <WayInField kind={kind} onKind={setKind} value={typed} onValue={setTyped} disabled={restoring.busy} />
      <ProblemNotice problem={choosing.problem ?? restoring.problem} />
      <Button type="submit" disabled={!ready} loading={restoring.busy}>
        Restore
      </Button>
    </form>
  );
}
