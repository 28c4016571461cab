import './shell.css';
import { useEffect } from 'react';
import type { AppStatus } from '../../shared/ipc/methods/app-methods.ts';
import { useAlarms } from '../features/alarms/alarms-store.ts';
import { AppsScreen } from '../features/apps/apps-screen.tsx';
import { useApps } from '../features/apps/apps-store.ts';
import { DatabasesScreen } from '../features/databases/databases-screen.tsx';
import { useDatabases } from '../features/databases/databases-store.ts';
import { KeycardsScreen } from '../features/keycards/keycards-screen.tsx';
import { useKeycards } from '../features/keycards/keycards-store.ts';
import { LoginRequest } from '../features/logins/login-request.tsx';
import { useLogins } from '../features/logins/logins-store.ts';
import { RotationScreen } from '../features/rotation/rotation-screen.tsx';
import { useRotations } from '../features/rotation/rotations-store.ts';
import { SecretsScreen } from '../features/secrets/secrets-screen.tsx';
import { useSecrets } from '../features/secrets/secrets-store.ts';
import { Dialogs } from './dialogs.tsx';
import { useNavigation } from './navigation.ts';
import { Rail } from './rail.tsx';
import { StatusBar } from './status-bar.tsx';
import { useShortcuts } from './use-shortcuts.ts';

const SCREENS = {
  secrets: SecretsScreen,
  apps: AppsScreen,
  keycards: KeycardsScreen,
  databases: DatabasesScreen,
  rotation: RotationScreen,
} as const;

/** The house behind the front door: rail, screen, status bar. */
export function Shell({ status }: { readonly status: AppStatus }) {
  const screen = useNavigation((navigation) => navigation.screen);
  const Current = SCREENS[screen];
  useShortcuts();
  useEffect(() => {
    void useSecrets.getState().refresh();
    void useKeycards.getState().refresh();
    void useApps.getState().refresh();
    void useDatabases.getState().refresh();
    void useRotations.getState().refresh();
    void useAlarms.getState().refresh();
    void useLogins.getState().refresh();
  }, []);
  return (
    <div className="shell">
      <Rail vaultName={status.vault?.name ?? 'Vault'} />
      <main className="shell-screen" tabIndex={-1}>
        <Current />
      </main>
      <StatusBar status={status} />
      <Dialogs />
      <LoginRequest />
    </div>
  );
}
