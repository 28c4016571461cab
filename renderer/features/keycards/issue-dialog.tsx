import { Button } from '@mantine/core';
import { useState } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { ask } from '../../bridge/ask.ts';
import { Dialog, DialogStep } from '../../ui/dialog.tsx';
import { valueOr } from '../../ui/loadable.ts';
import { Notice, ProblemNotice } from '../../ui/notice.tsx';
import { TtlField, ttlOfText } from '../../ui/ttl-field.tsx';
import { useAction } from '../../ui/use-action.ts';
import { useDatabases } from '../databases/databases-store.ts';
import { IssuedKeycard } from './issued-keycard.tsx';
import { useKeycards } from './keycards-store.ts';

/** Issues a keycard by hand: for how long, then the card, shown once. */
export function IssueDialog({ role, onClose }: { readonly role: string; readonly onClose: () => void }) {
  const databases = useDatabases((store) => store.list);
  const found =
    databases.kind === 'ready' ? databases.value.roles.find((one) => one.name === role) : undefined;
  const [text, setText] = useState(() => defaultText(found?.defaultTtl));
  const [issued, setIssued] = useState<IpcOutput<'keycards.issue'> | null>(null);
  const current = valueOr(
    useKeycards((store) => store.list),
    [],
  ).find((keycard) => keycard.leaseId === issued?.keycard.leaseId);
  const ttl = ttlOfText(text);
  const most = found?.maxTtl ? found.maxTtl : undefined;
  const fits = ttl !== null && (most === undefined || ttl <= most);
  const issuing = useAction(async () => {
    if (ttl === null) return;
    const reply = await ask('keycards.issue', { role, ttl });
    setIssued(reply);
    await useKeycards.getState().refresh();
  });
  return (
    <Dialog onClose={onClose} title={issued ? 'Your keycard' : `Issue a keycard: ${role}`} size={540}>
      {issued ? (
        <DialogStep>
          <IssuedKeycard issued={issued} keycard={current ?? issued.keycard} onClose={onClose} />
        </DialogStep>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (fits) issuing.run();
          }}
        >
          <p className="soft">
            A new database user is made for you, with the rights of <strong>{role}</strong>, and dies when its
            time is over.
          </p>
          <TtlField
            label="Lives for"
            description={most === undefined ? 'The TTL.' : 'The TTL; the role sets the most.'}
            text={text}
            onText={setText}
            choices={['5m', '15m', '1h', '8h']}
            most={most}
          />
          <Notice>The password is shown once. Copying does not show it.</Notice>
          <ProblemNotice problem={issuing.problem} />
          <div className="form-buttons">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={issuing.busy} disabled={!fits}>
              Issue keycard
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function defaultText(seconds: number | undefined): string {
  if (!seconds) return '1h';
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
