import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Dialog } from './dialog.tsx';
import { ProblemNotice } from './notice.tsx';
import { useAction } from './use-action.ts';

interface ConfirmProps {
  readonly title: string;
  /** Exactly what stops or goes. */
  readonly children: ReactNode;
  readonly doLabel: string;
  readonly destructive?: boolean;
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something that cannot simply be undone, and says what it stops. */
export function Confirm({ title, children, doLabel, destructive = true, run, onClose }: ConfirmProps) {
  const action = useAction(async () => {
    await run();
    onClose();
  });
  return (
    <Dialog onClose={onClose} closeOnClickOutside title={title} size={460}>
      <div className="stack">
        <div className="soft stack-tight">{children}</div>
        <ProblemNotice problem={action.problem} />
        <div className="form-buttons">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button {...(destructive && { color: 'danger' })} loading={action.busy} onClick={action.run}>
            {doLabel}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
