import { useEffect } from 'react';
import type { IpcEvent } from '../../shared/ipc/events.ts';
import { onEvent } from '../bridge/ask.ts';
import { useAlarms } from '../features/alarms/alarms-store.ts';
import { useApps } from '../features/apps/apps-store.ts';
import { useDatabases } from '../features/databases/databases-store.ts';
import { useKeycards } from '../features/keycards/keycards-store.ts';
import { useLogins } from '../features/logins/logins-store.ts';
import { useRotations } from '../features/rotation/rotations-store.ts';
import { useSecrets } from '../features/secrets/secrets-store.ts';
import { isDialogOpen } from '../ui/dialog.tsx';
import { useNavigation } from './navigation.ts';
import { useSession } from './session.ts';

/** Asks anew for what an event says has changed: events carry no values of their own. */
export function useEvents(): void {
  useEffect(() => onEvent(hear), []);
}

function hear(event: IpcEvent): void {
  switch (event.kind) {
    case 'status':
      void useSession.getState().refresh();
      return;
    case 'clipboard':
      useSession.getState().setClipboard(event.clearsAt);
      return;
    case 'progress':
      useDatabases.getState().setStep(event.step);
      return;
    case 'command':
      command(event.command);
      return;
    case 'changed':
      if (isOpen()) for (const topic of event.topics) changed(topic);
      return;
    default:
      event satisfies never;
  }
}

function changed(topic: Extract<IpcEvent, { kind: 'changed' }>['topics'][number]): void {
  switch (topic) {
    case 'leases':
      void useKeycards.getState().refresh();
      void useApps.getState().refresh();
      return;
    case 'secrets':
      void useSecrets.getState().refresh();
      return;
    case 'apps':
    case 'policies':
    case 'tokens':
      void useApps.getState().refresh();
      return;
    case 'databases':
      void useDatabases.getState().refresh();
      return;
    case 'rotations':
      void useRotations.getState().refresh();
      return;
    case 'alarms':
      void useAlarms.getState().refresh();
      return;
    case 'logins':
      void useLogins.getState().refresh();
      return;
    default:
      topic satisfies never;
  }
}

function command(name: Extract<IpcEvent, { kind: 'command' }>['command']): void {
  if (!isOpen() || isDialogOpen()) return;
  const { go, open } = useNavigation.getState();
  if (name === 'find' || name === 'settings') open({ kind: name });
  else if (name === 'new-secret') {
    go('secrets');
    open({ kind: 'new-secret' });
  } else go(name);
}

function isOpen(): boolean {
  const { status } = useSession.getState();
  return status.kind === 'ready' && status.value.phase === 'open';
}
