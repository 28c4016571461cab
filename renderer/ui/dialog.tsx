import { Modal } from '@mantine/core';
import { type ComponentProps, useEffect, useState } from 'react';

/** Where the focus was before the first of the dialogs that followed each other. */
let home: HTMLElement | null = null;

/** A dialog that is there as long as it is drawn, and gives the focus back to where it was. */
export function Dialog(props: Omit<ComponentProps<typeof Modal>, 'opened' | 'returnFocus'>) {
  // While it is first drawn the focus has not moved yet; from within a dialog it goes back to before that one.
  useState(() => {
    const active = document.activeElement;
    if (active?.closest('[role="dialog"]')) return;
    home = active instanceof HTMLElement && active !== document.body ? active : null;
  });
  useEffect(
    () => () => {
      // After the dialog is gone: until then its focus trap would take the focus back.
      queueMicrotask(() => {
        if (home?.isConnected && !document.querySelector('[role="dialog"]'))
          home.focus({ preventScroll: true });
      });
    },
    [],
  );
  return <Modal {...props} opened returnFocus={false} />;
}
