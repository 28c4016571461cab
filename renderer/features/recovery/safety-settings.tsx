import { Button, PasswordInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';

/** Backups, and a new recovery kit. */
export function SafetySettings() {
  const accept = useSession((session) => session.accept);
  const [backups, setBackups] = useState<IpcOutput<'vault.backups'> | null>(null);
  const [asking, setAsking] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const loading = useAction(async () => setBackups(await ask('vault.backups')));
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked for once.
  useEffect(() => loading.run(), []);
  const backingUp = useAction(async () => setBackups(await ask('vault.backUp')));
  const making = useAction(async () => {
    try {
      accept(await ask('vault.newRecoveryKit', { passphrase }));
    } finally {
      setPassphrase('');
    }
  });
  return (
    <>
      <div className="setting">
        <span className="grow">
          <span className="setting-name">Backups</span>
          <span className="quiet">{backupWords(backups)}</span>
        </span>
        <Button
          variant="default"
          onClick={backingUp.run}
          loading={backingUp.busy}
          disabled={backups?.folder == null}
        >
          Back up now
        </Button>
      </div>
      <ProblemNotice problem={loading.problem ?? backingUp.problem} />
      <div className="setting">
        <span className="grow">
          <span className="setting-name">Recovery kit</span>
          <span className="quiet">A new one takes the place of the one that you have put away.</span>
        </span>
        {!asking && (
          <Button variant="default" onClick={() => setAsking(true)}>
            New kit…
          </Button>
        )}
      </div>
      {asking && (
        <form
          className="row create-place"
          onSubmit={(event) => {
            event.preventDefault();
            if (passphrase !== '') making.run();
          }}
        >
          <PasswordInput
            className="grow"
            label="Passphrase"
            value={passphrase}
            maxLength={1024}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
            autoComplete="current-password"
            autoFocus
          />
          <Button type="submit" loading={making.busy} disabled={passphrase === ''}>
            Make it
          </Button>
        </form>
      )}
      <ProblemNotice problem={making.problem} />
    </>
  );
}

function backupWords(backups: IpcOutput<'vault.backups'> | null): string {
  if (!backups) return 'Looking…';
  if (backups.folder === null) return 'None are kept of this vault.';
  if (backups.newestAt === null) return `One a day, in ${backups.folder}. The first comes soon.`;
  return `${backups.count} in ${backups.folder}, the newest of ${new Date(backups.newestAt).toLocaleString()}.`;
}
