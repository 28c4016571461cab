import { Button, PasswordInput, TextInput } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';
import { MakingVault } from './making-vault.tsx';
import { StrengthMeter } from './strength-meter.tsx';

const LEAST_LENGTH = 8;

/** Name, place, passphrase: what a new vault needs. */
export function CreateVault({ onBack }: { readonly onBack: () => void }) {
  const accept = useSession((session) => session.accept);
  const [name, setName] = useState('My vault');
  const [place, setPlace] = useState('');
  const [chosen, setChosen] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const [repeat, setRepeat] = useState('');

  // The place follows the name until the person has chosen one.
  useEffect(() => {
    if (chosen) return;
    let stale = false;
    ask('vault.suggestFolder', { name: name.trim() })
      .then(({ directory }) => {
        if (!stale) setPlace(directory);
      })
      .catch(() => undefined); // the field stays empty, and says that it is needed
    return () => {
      stale = true;
    };
  }, [name, chosen]);

  const choosing = useAction(async () => {
    const { directory } = await ask('vault.chooseFolder', { purpose: 'create' });
    if (directory === null) return;
    setPlace(directory);
    setChosen(true);
  });
  const creating = useAction(async () =>
    accept(await ask('vault.create', { name: name.trim(), directory: place.trim(), passphrase })),
  );

  if (creating.busy) return <MakingVault />;
  const short = passphrase !== '' && passphrase.length < LEAST_LENGTH;
  const differs = repeat !== '' && repeat !== passphrase;
  const ready =
    name.trim() !== '' && place.trim() !== '' && passphrase.length >= LEAST_LENGTH && repeat === passphrase;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) creating.run();
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
        <h1 className="front-door-title">Create a vault</h1>
      </div>
      <TextInput
        label="Name"
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
        autoComplete="off"
      />
      <div className="row create-place">
        <TextInput
          className="grow"
          label="Place"
          description="A new, empty folder that holds everything, encrypted."
          value={place}
          onChange={(event) => {
            setPlace(event.currentTarget.value);
            setChosen(true);
          }}
          classNames={{ input: 'mono' }}
          spellCheck={false}
        />
        <Button variant="default" onClick={choosing.run} loading={choosing.busy}>
          Choose…
        </Button>
      </div>
      <PasswordInput
        label="Passphrase"
        value={passphrase}
        maxLength={1024}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
        error={short ? `At least ${LEAST_LENGTH} characters.` : null}
        autoComplete="new-password"
      />
      <StrengthMeter passphrase={passphrase} />
      <PasswordInput
        label="Repeat the passphrase"
        value={repeat}
        maxLength={1024}
        onChange={(event) => setRepeat(event.currentTarget.value)}
        error={differs ? 'The two are not the same.' : null}
        autoComplete="new-password"
      />
      <ProblemNotice problem={choosing.problem ?? creating.problem} />
      <Button type="submit" disabled={!ready}>
        Create vault
      </Button>
    </form>
  );
}
