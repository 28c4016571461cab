import { IconBellRinging, IconClipboardOff, IconLock } from '@tabler/icons-react';
import type { AppStatus } from '../../shared/ipc/methods/app-methods.ts';
import { ask } from '../bridge/ask.ts';
import { useAlarms } from '../features/alarms/alarms-store.ts';
import { copyText } from '../ui/copy-text.ts';
import { Countdown } from '../ui/countdown.tsx';
import { valueOr } from '../ui/loadable.ts';
import { StateMark } from '../ui/state-mark.tsx';
import { useNow } from '../ui/ticker.ts';
import { count } from '../ui/time-words.ts';
import { toast } from '../ui/toast.tsx';
import { lockVault } from './lock-vault.ts';
import { modifierWord } from './modifier-word.ts';
import { useNavigation } from './navigation.ts';
import { useSession } from './session.ts';

/** Whether apps are served and where, what the clipboard holds, and the way to lock. */
export function StatusBar({ status }: { readonly status: AppStatus }) {
  const { broker } = status;
  return (
    <footer className="status-bar">
      <span className="status-item" title={broker.problem ?? undefined}>
        {broker.serving ? (
          <StateMark tone="active" words="Serving apps" />
        ) : (
          <StateMark tone="blocked" words={broker.problem ?? 'Not serving'} />
        )}
      </span>
      {broker.address && <Address address={broker.address} />}
      <Alarms />
      <span className="grow" />
      <Clipboard />
      {status.vault && (
        <span className="status-item" title={status.vault.directory}>
          <span className="cut">{status.vault.name}</span>
        </span>
      )}
      <button
        type="button"
        className="status-item"
        aria-label="Lock"
        title={`Lock: the screen closes, apps keep working (${modifierWord('L')})`}
        onClick={() => void lockVault()}
      >
        <IconLock size={14} aria-hidden="true" /> Lock
      </button>
    </footer>
  );
}

function Address({ address }: { readonly address: string }) {
  return (
    <button
      type="button"
      className="status-item mono"
      aria-label={`Copy broker address ${address}`}
      title="Copy the address that apps use as VAULT_ADDR"
      onClick={() => {
        if (copyText(address)) toast('The broker’s address is copied.');
      }}
    >
      {address}
    </button>
  );
}

function Alarms() {
  const go = useNavigation((navigation) => navigation.go);
  const { length } = valueOr(
    useAlarms((store) => store.list),
    [],
  );
  if (length === 0) return null;
  return (
    <button
      type="button"
      className="status-item status-alarm"
      title="What opens once was used again"
      onClick={() => go('keycards')}
    >
      <IconBellRinging size={14} aria-hidden="true" /> {count(length, 'alarm')}
    </button>
  );
}

function Clipboard() {
  const { clipboardClearsAt, setClipboard } = useSession();
  const now = useNow();
  if (clipboardClearsAt === null || clipboardClearsAt <= now) return null;
  const clear = async (): Promise<void> => {
    await ask('clipboard.clear');
    setClipboard(null);
  };
  return (
    <button type="button" className="status-item" title="Clear it now" onClick={() => void clear()}>
      <IconClipboardOff size={14} aria-hidden="true" /> Clipboard clears in{' '}
      <Countdown until={clipboardClearsAt} />
    </button>
  );
}
