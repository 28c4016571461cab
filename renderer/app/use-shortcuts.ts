import { useEffect } from 'react';
import { isDialogOpen } from '../ui/dialog.tsx';
import { lockVault } from './lock-vault.ts';
import { useNavigation } from './navigation.ts';

/** The accelerators that hold on every screen: find everything, and lock. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      const key = event.key.toLowerCase();
      // Not over another dialog: what is typed or shown once there would be lost.
      if (key === 'k') {
        if (!isDialogOpen()) useNavigation.getState().open({ kind: 'find' });
      } else if (key === 'l') void lockVault();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
