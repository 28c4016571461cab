import { Button, PasswordInput, Textarea } from '@mantine/core';

/** Which way in a person types. */
export type WayInKind = 'passphrase' | 'recovery-kit';

/** A way in, as the main process takes it. */
export function typedWayIn(
  kind: WayInKind,
  text: string,
): { readonly passphrase: string } | { readonly recoveryKit: string } {
  return kind === 'passphrase' ? { passphrase: text } : { recoveryKit: text };
}

/** Asks for the passphrase, or for the recovery kit where the person has lost it. */
export function WayInField(props: {
  readonly kind: WayInKind;
  readonly onKind: (kind: WayInKind) => void;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly disabled?: boolean;
}) {
  const { kind, value, onValue, disabled = false } = props;
  const other = kind === 'passphrase' ? 'recovery-kit' : 'passphrase';
  return (
    <>
      {kind === 'passphrase' ? (
        <PasswordInput
          label="Passphrase"
          value={value}
          maxLength={1024}
          onChange={(event) => onValue(event.currentTarget.value)}
          autoComplete="current-password"
          autoFocus
          disabled={disabled}
        />
      ) : (
        <Textarea
          label="Recovery kit"
          description="14 groups. Capitals, dashes and line ends do not matter."
          value={value}
          maxLength={1024}
          rows={3}
          onChange={(event) => onValue(event.currentTarget.value)}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          autoComplete="off"
          autoFocus
          disabled={disabled}
        />
      )}
      <Button
        variant="subtle"
        color="gray"
        size="xs"
        onClick={() => {
          onValue('');
          props.onKind(other);
        }}
      >
        {other === 'recovery-kit' ? 'Use the recovery kit' : 'Use the passphrase'}
      </Button>
    </>
  );
}
