import { Modal } from '@mantine/core';
import { type ComponentProps, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { create } from 'zustand';

/** The dialogs that are open, the uppermost last. */
const useOpened = create<{ readonly ids: readonly string[] }>()(() => ({ ids: [] }));

/** Where the focus was before the first of the dialogs that followed each other. */
let home: HTMLElement | null = null;

/**
 * A dialog that is there as long as it is drawn. Escape closes the uppermost alone, a click beside it closes none (what was
 * typed or is shown once would be lost), and the focus goes back to where it was.
 */
export function Dialog(
  props: Omit<ComponentProps<typeof Modal>, 'opened' | 'returnFocus' | 'closeOnEscape'>,
) {
  const id = useId();
  const isUppermost = useOpened(({ ids }) => ids.at(-1) === id);
  // While it is first drawn the focus has not moved yet.
  const [before] = useState(() => {
    const active = document.activeElement;
    const from = active instanceof HTMLElement && active !== document.body ? active : null;
    // From within a dialog that this one follows, it goes back to before that one.
    if (!from?.closest('[role="dialog"]')) home = from;
    return from;
  });
  useEffect(() => {
    useOpened.setState(({ ids }) => ({ ids: [...ids, id] }));
    return () => {
      useOpened.setState(({ ids }) => ({ ids: ids.filter((one) => one !== id) }));
      // After the dialog is gone: until then its focus trap would take the focus back.
      queueMicrotask(() => giveFocusBack(before));
    };
  }, [id, before]);
  return (
    <Modal closeOnClickOutside={false} {...props} opened returnFocus={false} closeOnEscape={isUppermost} />
  );
}

/** Whether a dialog is open: then a shortcut must not put another in its place, and what was typed there away. */
export function isDialogOpen(): boolean {
  return useOpened.getState().ids.length > 0;
}

/**
 * The next step of a dialog, in the place of one that had the focus: takes it over, so that Tab and a screen reader go on
 * from there and not from the page behind.
 */
export function DialogStep({ children }: { readonly children: ReactNode }) {
  const step = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const shown = step.current;
    if (!shown || shown.contains(document.activeElement)) return;
    (shown.querySelector<HTMLElement>('[data-autofocus]') ?? shown).focus({ preventScroll: true });
  }, []);
  return (
    <div ref={step} tabIndex={-1} className="dialog-step">
      {children}
    </div>
  );
}

/** To where it was; else, when that is gone or shut, to the list of the screen, so that the keys still lead somewhere. */
function giveFocusBack(before: HTMLElement | null): void {
  const below = [...document.querySelectorAll<HTMLElement>('[role="dialog"]')].at(-1);
  if (below) {
    if (before && below.contains(before)) before.focus({ preventScroll: true });
    return;
  }
  const places = [
    before,
    home,
    document.querySelector<HTMLElement>('main .vlist'),
    document.querySelector('main'),
  ];
  for (const place of places) {
    if (!(place instanceof HTMLElement) || !place.isConnected) continue;
    place.focus({ preventScroll: true });
    if (document.activeElement === place) return;
  }
}
