import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { hasTextSelection } from '../../ui/has-text-selection.ts';
import { problemOf } from '../../ui/problem.ts';
import { RevealableValue } from '../../ui/revealable-value.tsx';
import { now } from '../../ui/ticker.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import type { SecretView } from './secrets-store.ts';

/** The fields of one version: hidden, to be shown for a moment or copied without being shown. */
export function SecretFields({ secret }: { readonly secret: SecretView }) {
  const setClipboard = useSession((session) => session.setClipboard);
  const { path, version } = secret;
  const copy = async (field: string): Promise<number> => {
    const { clearsAt } = await ask('secrets.copy', { path, version, field });
    setClipboard(clearsAt);
    return clearsAt;
  };
  const copyByKey = (field: string): void => {
    copy(field)
      .then((clearsAt) => toast(`Copied ${field}; cleared in ${Math.round((clearsAt - now()) / 1000)} s.`))
      .catch((thrown) => toastProblem(problemOf(thrown).words));
  };
  return (
    <div className="detail-box">
      {secret.fields.map(({ name }) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys come from the buttons in it.
        <div
          key={name}
          className="detail-row secret-field"
          onKeyDown={(event) => {
            if (event.key !== 'c' || !(event.ctrlKey || event.metaKey) || hasTextSelection()) return;
            event.preventDefault();
            copyByKey(name);
          }}
        >
          <span className="detail-key mono cut selectable" title={name}>
            {name}
          </span>
          <RevealableValue
            name={name}
            reveal={async () => (await ask('secrets.reveal', { path, version, field: name })).value}
          />
          <CopyButton
            label={`Copy ${name}`}
            short="Copy"
            size="xs"
            variant="subtle"
            copy={() => copy(name)}
          />
        </div>
      ))}
    </div>
  );
}
