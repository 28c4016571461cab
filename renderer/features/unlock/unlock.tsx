import { Button, Select } from '@mantine/core';
import { IconLock, IconShieldLock } from '@tabler/icons-react';
import { useState } from 'react';
import type { AppStatus } from '../../../shared/ipc/methods/app-methods.ts';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { problemOf } from '../../ui/problem.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { useNow } from '../../ui/ticker.ts';
import { countdownWords } from '../../ui/time-words.ts';
import { useAction } from '../../ui/use-action.ts';
import { typedWayIn, WayInField, type WayInKind } from '../recovery/way-in-field.tsx';
import { FrontDoor } from '../welcome/front-door.tsx';

interface UnlockProps {
  readonly status: AppStatus;
  readonly directory: string;
  readonly onDirectory: (directory: string) => void;
  readonly onAnother: () => void;
}

/** Asks for the passphrase of a vault that is sealed or locked, and says which of the two it is. */
export function Unlock({ status, directory, onDirectory, onAnother }: UnlockProps) {
  const { accept, refresh } = useSession();
  const [kind, setKind] = useState<WayInKind>('passphrase');
  const [typed, setTyped] = useState('');
  const [damaged, setDamaged] = useState(false);
  const now = useNow();
  const locked = status.phase === 'locked';
  const vaults = status.knownVaults.filter((vault) => vault.present);
  const chosen = vaults.find((vault) => vault.directory === directory);
  const name = chosen?.name ?? folderName(directory);
  const wait = status.nextTryAt === null ? 0 : Math.max(0, status.nextTryAt - now);
  const unlocking = useAction(async () => {
    const readDamaged = damaged ? { readDamaged: true as const } : {};
    try {
      accept(await ask('vault.unlock', { directory, ...typedWayIn(kind, typed), ...readDamaged }));
      setTyped('');
    } catch (error) {
      const isDamaged = problemOf(error).code === 'vault-damaged';
      setDamaged(isDamaged);
      // It was right, and is needed once more for a look.
      if (!isDamaged || damaged) setTyped('');
      throw error;
    } finally {
      void refresh(); // a miss has moved the next try
    }
  });
  const byKeychain = useAction(async () => accept(await ask('vault.unlock', { directory, keychain: true })));
  const action = damaged ? 'Open what is readable, read-only' : 'Unlock';
  const Icon = locked ? IconLock : IconShieldLock;
  return (
    <FrontDoor>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed !== '' && wait === 0) unlocking.run();
        }}
      >
        <span className="choice-icon" aria-hidden="true">
          <Icon size={22} stroke={1.6} />
        </span>
        <div>
          <h1 className="front-door-title">{locked ? `${name} is locked` : `Unlock ${name}`}</h1>
          <PhaseWords status={status} />
        </div>
        {!locked && vaults.length > 1 && (
          <Select
            label="Vault"
            data={vaults.map((vault) => ({ value: vault.directory, label: vault.name }))}
            value={directory}
            allowDeselect={false}
            onChange={(next) => {
              setDamaged(false);
              if (next !== null) onDirectory(next);
            }}
          />
        )}
        <WayInField kind={kind} onKind={setKind} value={typed} onValue={setTyped} disabled={unlocking.busy} />
        <ProblemNotice problem={unlocking.problem ?? byKeychain.problem} />
        {damaged && (
          <p className="soft">
            What was stored before the damage can still be opened: to look at and to copy, not to change. No
            file is touched. To go on working, put a backup back.
          </p>
        )}
        <Button type="submit" loading={unlocking.busy} disabled={typed === '' || wait > 0}>
          {wait > 0 ? <span className="tabular">Next try in {countdownWords(wait / 1000)}</span> : action}
        </Button>
        {!locked && chosen?.keychain && (
          <Button variant="default" onClick={byKeychain.run} loading={byKeychain.busy} disabled={wait > 0}>
            Use this machine’s keychain
          </Button>
        )}
        {!locked && (
          <Button variant="subtle" color="gray" onClick={onAnother}>
            Create or open another vault
          </Button>
        )}
      </form>
    </FrontDoor>
  );
}

function PhaseWords({ status }: { readonly status: AppStatus }) {
  if (status.phase !== 'locked') {
    return (
      <p className="soft">It is sealed: no key is in memory, and no app is served until it is unlocked.</p>
    );
  }
  const { broker } = status;
  return (
    <>
      <p className="soft">Your screen is closed. Apps keep working, and keycards go on dying on time.</p>
      <p className="row" style={{ marginTop: 6 }}>
        {broker.serving ? (
          <StateMark tone="active" words="Serving apps" />
        ) : (
          <StateMark tone="blocked" words={broker.problem ?? 'Not serving'} />
        )}
        {broker.address && <span className="mono quiet">{broker.address}</span>}
      </p>
    </>
  );
}

function folderName(directory: string): string {
  return directory.split(/[\\/]/).filter(Boolean).at(-1) ?? 'the vault';
}
