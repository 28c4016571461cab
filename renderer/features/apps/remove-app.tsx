import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { count } from '../../ui/time-words.ts';
import { toast } from '../../ui/toast.tsx';
import { type AppView, useApps } from './apps-store.ts';

interface RemoveAppProps {
  readonly view: AppView;
  readonly live: readonly Keycard[];
  readonly onClose: () => void;
}

/** Says exactly what stops, and removes an app with all that it holds. */
export function RemoveApp({ view, live, onClose }: RemoveAppProps) {
  const remove = useApps((store) => store.remove);
  const { name } = view.app;
  return (
    <Confirm
      title={`Remove ${name}?`}
      doLabel="Remove app"
      onClose={onClose}
      run={async () => {
        await remove(name);
        toast(`${name} is removed.`);
      }}
    >
      <p>
        <strong>{name}</strong> can no longer log in, and what it holds ends now: its tokens
        {live.length > 0 ? ` and ${count(live.length, 'keycard')}:` : '. It has no live keycards.'}
      </p>
      {live.length > 0 && (
        <ul className="stack-tight">
          {live.slice(0, 6).map((keycard) => (
            <li key={keycard.leaseId}>
              <span className="mono">{keycard.path}</span>
              {keycard.username !== null && (
                <>
                  {' '}
                  as <span className="mono">{keycard.username}</span>
                </>
              )}
            </li>
          ))}
          {live.length > 6 && <li>and {live.length - 6} more</li>}
        </ul>
      )}
      <p>Its policy goes too. Secrets and databases stay as they are.</p>
    </Confirm>
  );
}
