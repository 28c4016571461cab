import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { AppStatus } from '../../../shared/ipc/methods/app-methods.ts';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';
import { AskedWithPassphrase } from './asked-with-passphrase.tsx';

/** Backups, a new recovery kit, and the keychain. */
export function SafetySettings({ status }: { readonly status: AppStatus }) {
  const accept = useSession((session) => session.accept);
  const [backups, setBackups] = useState<IpcOutput<'vault.backups'> | null>(null);
  const loading = useAction(async () => setBackups(await ask('vault.backups')));
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked for once.
  useEffect(() => loading.run(), []);
  const backingUp = useAction(async () => setBackups(await ask('vault.backUp')));
  const kept = status.knownVaults.some(
    ({ directory, keychain }) => keychain && directory === status.vault?.directory,
  );
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
      <AskedWithPassphrase
        name="Recovery kit"
        words="A new one takes the place of the one that you have put away."
        begin="New kit…"
        doIt="Make it"
        act={async (passphrase) => accept(await ask('vault.newRecoveryKit', { passphrase }))}
      />
      <AskedWithPassphrase
        name="This machine’s keychain"
        words={keychainWords(status.keychainAvailable, kept)}
        begin={kept ? 'No longer…' : 'Let it open…'}
        doIt={kept ? 'Forget' : 'Let it open'}
        disabled={!status.keychainAvailable}
        act={async (passphrase) => accept(await ask('vault.setKeychain', { passphrase, on: !kept }))}
      />
    </>
  );
}

function keychainWords(available: boolean, kept: boolean): string {
  if (!available) return 'Not offered: this system keeps no secret from the programs that run on it.';
  return kept
    ? 'It opens the sealed vault without the passphrase, for whoever uses this account.'
    : 'It could open the sealed vault without the passphrase. A locked screen asks for the passphrase all the same.';
}

function backupWords(backups: IpcOutput<'vault.backups'> | null): string {
  if (!backups) return 'Looking…';
  if (backups.folder === null) return 'None are kept of this vault.';
  if (backups.newestAt === null) return `One a day, in ${backups.folder}. The first comes soon.`;
  return `${backups.count} in ${backups.folder}, the newest of ${new Date(backups.newestAt).toLocaleString()}.`;
}
