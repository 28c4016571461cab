import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';

/** A change of the ways in: it says what it is, and asks for the passphrase before it is made. */
export function AskedWithPassphrase(props: {
  readonly name: string;
  readonly words: string;
  /** On the button that begins. */
  readonly begin: string;
  /** On the button that does it. */
  readonly doIt: string;
  readonly disabled?: boolean;
  readonly act: (passphrase: string) => Promise<void>;
}) {
  const [asking, setAsking] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const acting = useAction(async () => {
    try {
      await props.act(passphrase);
      setAsking(false);
    } finally {
      setPassphrase('');
    }
  });
  return (
    <>
      <div className="setting">
        <span className="grow">
          <span className="setting-name">{props.name}</span>
          <span className="quiet">{props.words}</span>
        </span>
        {!asking && (
          <Button variant="default" disabled={props.disabled === true} onClick={() => setAsking(true)}>
            {props.begin}
          </Button>
        )}
      </div>
      {asking && (
        <form
          className="row create-place"
          onSubmit={(event) => {
            event.preventDefault();
            if (passphrase !== '') acting.run();
          }}
        >
          <PasswordInput
            className="grow"
            label="Passphrase"
            value={passphrase}
            maxLength={1024}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
            autoComplete="current-password"
            autoFocus
          />
          <Button type="submit" loading={acting.busy} disabled={passphrase === ''}>
            {props.doIt}
          </Button>
        </form>
      )}
      <ProblemNotice problem={acting.problem} />
    </>
  );
}
