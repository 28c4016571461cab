import type { DatabaseConnection, DatabaseRole } from '../../../shared/ipc/methods/databases-methods.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { valueOr } from '../../ui/loadable.ts';
import { count } from '../../ui/time-words.ts';
import { toast } from '../../ui/toast.tsx';
import { isLive } from '../keycards/keycard-state.ts';
import { useKeycards } from '../keycards/keycards-store.ts';
import { useDatabases } from './databases-store.ts';

interface DisconnectDialogProps {
  readonly connection: DatabaseConnection;
  readonly roles: readonly DatabaseRole[];
  readonly onClose: () => void;
}

/** Says which keycards end and who can no longer ask, then takes a connection (or the sample) away. */
export function DisconnectDialog({ connection, roles, onClose }: DisconnectDialogProps) {
  const { disconnect, stopSample } = useDatabases();
  const names = new Set(roles.map((role) => role.name));
  const live = valueOr(
    useKeycards((store) => store.list),
    [],
  ).filter((keycard) => isLive(keycard) && names.has(keycard.path.split('/').at(-1) ?? ''));
  const sample = connection.isSample;
  return (
    <Confirm
      title={sample ? 'Stop and remove the sample?' : `Disconnect ${connection.name}?`}
      doLabel={sample ? 'Stop and remove' : 'Disconnect'}
      onClose={onClose}
      run={async () => {
        await (sample ? stopSample() : disconnect(connection.name));
        toast(sample ? 'The sample is stopped and removed.' : `${connection.name} is disconnected.`);
      }}
    >
      {sample ? (
        <p>
          The sample PostgreSQL is stopped and its files are deleted, with everything that was written to it.
        </p>
      ) : (
        <p>The database itself stays as it is. Keywarden forgets how to reach it.</p>
      )}
      <p>
        {live.length > 0 ? (
          <>
            <strong>{count(live.length, 'live keycard')}</strong> of it{' '}
            {sample ? 'ends now' : 'must end first, so that nobody keeps a door'}:{' '}
            {live
              .slice(0, 5)
              .map((keycard) => keycard.holder)
              .join(', ')}
            {live.length > 5 ? ' and others' : ''}.
          </>
        ) : (
          'No live keycard depends on it.'
        )}
      </p>
      {roles.length > 0 && <p>Nobody can ask for {roles.map((role) => role.name).join(', ')} any more.</p>}
    </Confirm>
  );
}
