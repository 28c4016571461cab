import { useSession } from './session.ts';

/** How this platform writes an accelerator: `Ctrl K`, `⌘K`. */
export function modifierWord(key: string): string {
  const { status } = useSession.getState();
  const mac = status.kind === 'ready' && status.value.platform === 'darwin';
  return mac ? `⌘${key}` : `Ctrl ${key}`;
}
