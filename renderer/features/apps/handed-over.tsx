import { Button } from '@mantine/core';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { useForgetOnClose } from '../../bridge/use-forget-on-close.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Keycard } from '../../ui/keycard.tsx';
import { useNow } from '../../ui/ticker.ts';
import { ringWords } from '../../ui/time-words.ts';

interface HandedOverProps {
  readonly app: string;
  readonly given: IpcOutput<'apps.handOver'> & { readonly ttl: number };
  readonly onClose: () => void;
}

/** The copy-once keycard of an app, in the forms in which programs take it. */
export function HandedOver({ app, given, onClose }: HandedOverProps) {
  useForgetOnClose(given.handle);
  const setClipboard = useSession((session) => session.setClipboard);
  const left = Math.max(0, given.expiresAt - useNow());
  const fraction = left / (given.ttl * 1000);
  const copy = (what: 'secret-id' | 'environment' | 'node-vault' | 'hvac' | 'kw-run') => async () => {
    const { clearsAt } = await ask('apps.copyHandOver', { handle: given.handle, what });
    setClipboard(clearsAt);
    return clearsAt;
  };
  return (
    <div className="stack hand-over">
      <Keycard
        holder={app}
        door="auth/approle/login"
        fraction={fraction}
        left={ringWords(left / 1000)}
        tone={left === 0 ? 'dead' : fraction < 0.2 ? 'expiring' : 'active'}
        state={left === 0 ? 'Dead' : 'One use left'}
        promise={null}
        note={<span className="soft">Copy-once: give it to the app, not to a chat</span>}
      />
      <p className="soft">Copy it in the form that your program takes:</p>
      <div className="hand-over-grid">
        <CopyButton label="Copy environment lines" copy={copy('environment')} />
        <CopyButton label="Copy private half" copy={copy('secret-id')} />
        <CopyButton label="Copy node-vault snippet" copy={copy('node-vault')} />
        <CopyButton label="Copy hvac snippet" copy={copy('hvac')} />
        <CopyButton label="Copy kw run lines" copy={copy('kw-run')} />
      </div>
      <p className="quiet">
        The broker listens at <span className="mono selectable">{given.address}</span>. When this is closed,
        nobody can copy this private half again; make another at any time.
      </p>
      <div className="form-buttons">
        <Button onClick={onClose} data-autofocus>
          Done
        </Button>
      </div>
    </div>
  );
}
