import { useMantineColorScheme } from '@mantine/core';
import { useEffect, useState } from 'react';
import { KeepKit } from '../features/recovery/keep-kit.tsx';
import { QuarantineBanner } from '../features/recovery/quarantine-banner.tsx';
import { Unlock } from '../features/unlock/unlock.tsx';
import { Welcome } from '../features/welcome/welcome.tsx';
import { Failed, Loading } from '../ui/screen-state.tsx';
import { useSession } from './session.ts';
import { Shell } from './shell.tsx';
import { useEvents } from './use-events.ts';

/** Shows the phase that the vault is in: the front door, the unlock desk, or the house. */
export function App() {
  const { status, preferences, refresh, loadPreferences } = useSession();
  const { setColorScheme } = useMantineColorScheme();
  /** The vault that a person chose to unlock, or that they want to see the front door. */
  const [chosen, setChosen] = useState<string | 'another' | null>(null);
  useEvents();

  useEffect(() => {
    void refresh();
    void loadPreferences().catch(() => undefined); // the system's theme is a fine answer meanwhile
  }, [refresh, loadPreferences]);

  const themed = preferences?.theme ?? 'system';
  useEffect(() => setColorScheme(themed === 'system' ? 'auto' : themed), [themed, setColorScheme]);

  const phase = status.kind === 'ready' ? status.value.phase : null;
  useEffect(() => {
    if (phase === 'open') setChosen(null);
  }, [phase]);

  if (status.kind === 'loading') return <Loading />;
  if (status.kind === 'failed') return <Failed problem={status.problem} onRetry={() => void refresh()} />;
  const now = status.value;
  if (now.phase === 'open') {
    if (now.recoveryKitWaits) return <KeepKit vaultName={now.vault?.name ?? 'the vault'} />;
    if (!now.quarantine) return <Shell status={now} />;
    return (
      <div className="house">
        <QuarantineBanner quarantine={now.quarantine} />
        <Shell status={now} />
      </div>
    );
  }
  const frontDoor = now.phase === 'welcome' ? chosen === null || chosen === 'another' : chosen === 'another';
  if (frontDoor) return <Welcome status={now} onUnlock={setChosen} />;
  return (
    <Unlock
      status={now}
      directory={chosen ?? now.vault?.directory ?? now.knownVaults[0]?.directory ?? ''}
      onDirectory={setChosen}
      onAnother={() => setChosen('another')}
    />
  );
}
