import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { toast } from '../../ui/toast.tsx';
import { useKeycards } from './keycards-store.ts';

/** Says exactly what stops, and ends a keycard. */
export function RevokeKeycard({
  keycard,
  onClose,
}: {
  readonly keycard: Keycard;
  readonly onClose: () => void;
}) {
  const revoke = useKeycards((store) => store.revoke);
  const run = async (): Promise<void> => {
    const after = await revoke(keycard.leaseId);
    toast(
      after.state === 'dead'
        ? 'Revoked: it is dead.'
        : 'Revoked. Its end at the target is under way, and is tried until it is proven.',
    );
  };
  return (
    <Confirm title="Revoke this keycard?" doLabel="Revoke" run={run} onClose={onClose}>
      <p>
        <strong>{keycard.holder}</strong> loses the door <span className="mono">{keycard.path}</span> at once.
      </p>
      {keycard.username !== null && (
        <p>
          The user <span className="mono">{keycard.username}</span> can no longer log in, its open sessions
          are ended, and it is dropped. What it owned goes to a keeper.
        </p>
      )}
      <p>This cannot be undone; a new keycard can be issued at any time.</p>
    </Confirm>
  );
}
