import { IconFolderOpen, IconLockPlus, IconRestore } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { AppStatus } from '../../../shared/ipc/methods/app-methods.ts';
import { ask } from '../../bridge/ask.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';
import { RestoreVault } from '../recovery/restore-vault.tsx';
import { CreateVault } from './create-vault.tsx';
import { FrontDoor } from './front-door.tsx';
import { KnownVaults } from './known-vaults.tsx';

interface WelcomeProps {
  readonly status: AppStatus;
  readonly onUnlock: (directory: string) => void;
}

/** The first screen: create a vault, open one, or go on with one that this machine knows. */
export function Welcome({ status, onUnlock }: WelcomeProps) {
  const [doing, setDoing] = useState<'create' | 'restore' | null>(null);
  const opening = useAction(async () => {
    const { directory } = await ask('vault.chooseFolder', { purpose: 'open' });
    if (directory !== null) onUnlock(directory);
  });
  return (
    <FrontDoor>
      {doing === 'create' && <CreateVault onBack={() => setDoing(null)} />}
      {doing === 'restore' && <RestoreVault onBack={() => setDoing(null)} />}
      {doing === null && (
        <div className="stack">
          <div>
            <h1 className="front-door-title">Welcome</h1>
            <p className="soft">
              Nothing leaves this machine: the vault is a folder, and only your passphrase opens it.
            </p>
          </div>
          <Choice
            icon={<IconLockPlus size={22} stroke={1.6} />}
            name="Create a vault"
            words="New here. Choose a name and a passphrase; it takes a minute."
            onClick={() => setDoing('create')}
          />
          <Choice
            icon={<IconFolderOpen size={22} stroke={1.6} />}
            name="Open a vault"
            words="There is a vault’s folder on this machine already."
            onClick={opening.run}
          />
          <Choice
            icon={<IconRestore size={22} stroke={1.6} />}
            name="Restore from a backup"
            words="You have a backup file, and the passphrase or the recovery kit."
            onClick={() => setDoing('restore')}
          />
          <ProblemNotice problem={opening.problem} />
          <KnownVaults vaults={status.knownVaults} onUnlock={onUnlock} />
        </div>
      )}
    </FrontDoor>
  );
}

function Choice(props: {
  readonly icon: ReactNode;
  readonly name: string;
  readonly words: string;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" className="choice" onClick={props.onClick}>
      <span className="choice-icon" aria-hidden="true">
        {props.icon}
      </span>
      <span className="grow">
        <span className="choice-name">{props.name}</span>
        <span className="soft">{props.words}</span>
      </span>
    </button>
  );
}
