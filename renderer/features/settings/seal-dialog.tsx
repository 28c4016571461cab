import { useEffect } from 'react';
import { useNavigation } from '../../app/navigation.ts';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { valueOr } from '../../ui/loadable.ts';
import { count } from '../../ui/time-words.ts';
import { useApps } from '../apps/apps-store.ts';

/** Says which apps stop, and seals the vault. */
export function SealDialog({ onClose }: { readonly onClose: () => void }) {
  const accept = useSession((session) => session.accept);
  const { list, refresh } = useApps();
  useEffect(() => void refresh(), [refresh]);
  const apps = valueOr(list, []);
  const holding = apps.filter((app) => app.liveKeycards > 0);
  return (
    <Confirm
      title="Seal the vault?"
      doLabel="Seal"
      onClose={onClose}
      run={async () => {
        const status = await ask('vault.seal');
        useNavigation.getState().close();
        accept(status);
      }}
    >
      <p>The key leaves memory, and the broker refuses everyone until someone unlocks.</p>
      {apps.length === 0 ? (
        <p>No app is set up, so none stops.</p>
      ) : (
        <>
          <p>{count(apps.length, 'app')} can fetch nothing meanwhile:</p>
          <ul className="stack-tight">
            {apps.slice(0, 8).map((app) => (
              <li key={app.name}>
                <strong>{app.name}</strong>
                {app.liveKeycards > 0 ? `, which holds ${count(app.liveKeycards, 'live keycard')}` : ''}
              </li>
            ))}
            {apps.length > 8 && <li>and {apps.length - 8} more</li>}
          </ul>
        </>
      )}
      {holding.length > 0 && (
        <p>Keycards that die by themselves still do. The others end when it is unlocked.</p>
      )}
      <p>To close only your screen, lock instead: apps keep working.</p>
    </Confirm>
  );
}
