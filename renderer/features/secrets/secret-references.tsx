import { CopyButton } from '../../ui/copy-button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { DetailPart } from '../../ui/screen.tsx';
import type { SecretView } from './secrets-store.ts';

/** The line that starts a program with this secret in its environment, and nothing on disk. */
export function SecretReferences({ secret }: { readonly secret: SecretView }) {
  const line = runLine(secret);
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

/** A `kw run` line that hands over the first fields; a longer secret is better served by an env file. */
function runLine(secret: SecretView): string {
  const parts = secret.fields
    .slice(0, 4)
    .map(({ name }) => `-e ${quoted(`${environmentName(name)}=kw://secret/${secret.path}#${name}`)}`);
  return ['kw run', ...parts, '-- npm run dev'].join(parts.length > 1 ? ' \\\n  ' : ' ');
}

function environmentName(field: string): string {
  const plain = field.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
  return /^\d/.test(plain) ? `_${plain}` : plain;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./#-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
