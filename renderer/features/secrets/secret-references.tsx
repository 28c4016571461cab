import { CopyButton } from '../../ui/copy-button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { DetailPart } from '../../ui/screen.tsx';
import { runLine } from './reference-lines.ts';
import type { SecretView } from './secrets-store.ts';

/** The line that starts a program with this secret in its environment, and nothing on disk. */
export function SecretReferences({ secret }: { readonly secret: SecretView }) {
  const line = runLine(
    secret.path,
    secret.fields.map((field) => field.name),
  );
  return (
    <DetailPart
      title="Use it from a program"
      hint="the values are handed over at start, never written down"
      actions={
        <CopyButton
          label="Copy kw run line"
          short="Copy"
          size="xs"
          variant="subtle"
          copy={() => {
            copyText(line);
            return Promise.resolve(null);
          }}
        />
      }
    >
      <pre className="code-box">{line}</pre>
    </DetailPart>
  );
}
