import {
  IconBan,
  IconDatabase,
  IconFileImport,
  IconHandStop,
  IconIdBadge2,
  IconKey,
  IconLock,
  IconPlugConnected,
  IconPlus,
  IconRotateClockwise2,
  IconSettings,
} from '@tabler/icons-react';
import { type ReactNode, useMemo } from 'react';
import { lockVault } from '../../app/lock-vault.ts';
import { type Dialog, type ScreenName, useNavigation } from '../../app/navigation.ts';
import { valueOr } from '../../ui/loadable.ts';
import { useApps } from '../apps/apps-store.ts';
import { useDatabases } from '../databases/databases-store.ts';
import { isLive } from '../keycards/keycard-state.ts';
import { useKeycards } from '../keycards/keycards-store.ts';
import { useRotations } from '../rotation/rotations-store.ts';
import { allSecrets } from '../secrets/secret-lines.ts';
import { useSecrets } from '../secrets/secrets-store.ts';
import type { Finding } from './find-among.ts';

/** Everything that can be found: what can be done, where one can go, and all that is loaded. */
export function useEverything(): readonly Finding[] {
  const folders = useSecrets((store) => store.folders);
  const apps = useApps((store) => store.list);
  const databases = useDatabases((store) => store.list);
  const keycards = useKeycards((store) => store.list);
  const rotations = useRotations((store) => store.list);
  return useMemo(() => {
    const roles = databases.kind === 'ready' ? databases.value.roles : [];
    return [
      ...ACTIONS,
      ...roles.map((role) =>
        finding('Action', `Issue a keycard: ${role.name}`, <IconIdBadge2 size={16} />, () =>
          useNavigation.getState().open({ kind: 'issue', role: role.name }),
        ),
      ),
      ...allSecrets(valueOr(folders, new Map())).map((entry) => secretFinding(entry.path)),
      ...valueOr(apps, []).map((app) =>
        finding('App', app.name, <IconPlugConnected size={16} />, () =>
          goTo('apps', () => void useApps.getState().show(app.name)),
        ),
      ),
      ...roles.map((role) =>
        finding('Kind of access', role.name, <IconDatabase size={16} />, () =>
          goTo('databases', () => useDatabases.getState().select({ kind: 'role', name: role.name })),
        ),
      ),
      ...valueOr(rotations, []).map((rotation) =>
        finding('Rotation', rotation.path, <IconRotateClockwise2 size={16} />, () =>
          goTo('rotation', () => useRotations.getState().select(rotation.id)),
        ),
      ),
      ...valueOr(keycards, [])
        .filter(isLive)
        .map((keycard) => ({
          ...finding(
            'Keycard',
            `${keycard.path}  ${keycard.username ?? keycard.holder}`,
            <IconIdBadge2 size={16} />,
            () =>
              goTo('keycards', () => {
                useKeycards.getState().show('live');
                useKeycards.getState().select(keycard.leaseId);
              }),
          ),
          id: keycard.leaseId,
          mono: true,
        })),
    ];
  }, [folders, apps, databases, keycards, rotations]);
}

/** A secret, and how to get to it. */
export function secretFinding(path: string): Finding {
  return finding(
    'Secret',
    path,
    <IconKey size={16} />,
    () => goTo('secrets', () => void useSecrets.getState().show(path)),
    true,
  );
}

const ACTIONS: readonly Finding[] = [
  screen('secrets', 'Secrets', <IconKey size={16} />),
  screen('apps', 'Apps', <IconPlugConnected size={16} />),
  screen('keycards', 'Keycards', <IconIdBadge2 size={16} />),
  screen('databases', 'Databases', <IconDatabase size={16} />),
  screen('rotation', 'Rotation', <IconRotateClockwise2 size={16} />),
  dialog('New secret', <IconPlus size={16} />, { kind: 'new-secret' }),
  dialog('Import .env', <IconFileImport size={16} />, { kind: 'import-env', fileName: null }),
  dialog('New app', <IconPlus size={16} />, { kind: 'new-app' }),
  dialog('Connect a database', <IconDatabase size={16} />, { kind: 'connect' }),
  dialog('Settings', <IconSettings size={16} />, { kind: 'settings' }),
  dialog('Stop everything', <IconHandStop size={16} />, {
    kind: 'stop',
    what: { scope: 'everything', name: '' },
  }),
  finding('Action', 'Lock', <IconLock size={16} />, () => void lockVault()),
  dialog('Seal the vault', <IconBan size={16} />, { kind: 'seal' }),
];

function finding(kind: string, name: string, icon: ReactNode, run: () => void, mono = false): Finding {
  return { id: `${kind}:${name}`, kind, name, icon, run, mono };
}
function screen(name: ScreenName, words: string, icon: ReactNode): Finding {
  return finding('Screen', words, icon, () => useNavigation.getState().go(name));
}
function dialog(name: string, icon: ReactNode, which: Dialog): Finding {
  return finding('Action', name, icon, () => useNavigation.getState().open(which));
}
function goTo(name: ScreenName, then: () => void): void {
  useNavigation.getState().go(name);
  then();
}
