import './keycard-detail.css';
import { Button } from '@mantine/core';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { useForgetOnClose } from '../../bridge/use-forget-on-close.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { RevealableValue } from '../../ui/revealable-value.tsx';
import { LeaseCard } from './lease-card.tsx';

interface IssuedKeycardProps {
  readonly issued: IpcOutput<'keycards.issue'>;
  readonly keycard: Keycard;
  readonly onClose: () => void;
}

/** A keycard on the day of its issue: the one time that its password can be had. */
export function IssuedKeycard({ issued, keycard, onClose }: IssuedKeycardProps) {
  const { handle } = issued;
  useForgetOnClose(handle);
  const setClipboard = useSession((session) => session.setClipboard);
  const copy = (what: 'username' | 'password' | 'url') => async () => {
    const { clearsAt } = await ask('keycards.copyIssued', { handle, what });
    setClipboard(clearsAt);
    return clearsAt;
  };
  return (
    <div className="stack issued-keycard">
      <LeaseCard keycard={keycard} />
      <div className="detail-box">
        <div className="detail-row">
          <span className="detail-key keycard-key">User name</span>
          <span className="mono selectable cut grow" title={issued.username}>
            {issued.username}
          </span>
          <CopyButton
            label="Copy user name"
            short="Copy"
            size="xs"
            variant="subtle"
            copy={copy('username')}
          />
        </div>
        <div className="detail-row">
          <span className="detail-key keycard-key">Password</span>
          <RevealableValue
            name="password"
            reveal={async () => (await ask('keycards.revealIssued', { handle })).password}
          />
          <CopyButton label="Copy password" short="Copy" size="xs" variant="subtle" copy={copy('password')} />
        </div>
      </div>
      <p className="quiet">
        Shown once: when this is closed, or after five minutes, nobody can read the password again.
      </p>
      <div className="form-buttons">
        <CopyButton label="Copy connection URL" copy={copy('url')} />
        <Button onClick={onClose} data-autofocus>
          Done
        </Button>
      </div>
    </div>
  );
}
