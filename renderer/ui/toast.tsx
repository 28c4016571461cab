import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';

/** Says in a corner that something was done, with a way back where there is one. */
export function toast(words: string, undo?: { readonly label: string; readonly run: () => void }): void {
  // One remark at a time: a later one takes the place of an earlier, so that they never pile up over the screen.
  if (last !== null) notifications.hide(last);
  const id = notifications.show({
    message: (
      <span className="row">
        <span className="grow">{words}</span>
        {undo && (
          <Button
            variant="light"
            size="xs"
            onClick={() => {
              notifications.hide(id);
              undo.run();
            }}
          >
            {undo.label}
          </Button>
        )}
      </span>
    ),
    // A remark waits its turn; only what did not work interrupts.
    role: 'status',
    autoClose: undo ? 10_000 : 4000,
    withBorder: true,
    closeButtonProps: { 'aria-label': 'Dismiss' },
  });
  last = id;
}
let last: string | null = null;

/** Says in a corner that something did not work. */
export function toastProblem(words: string): void {
  notifications.show({
    message: words,
    color: 'danger',
    autoClose: 8000,
    withBorder: true,
    closeButtonProps: { 'aria-label': 'Dismiss' },
  });
}
