import './apps.css';
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { ask } from '../../bridge/ask.ts';
import { Dialog, DialogStep } from '../../ui/dialog.tsx';
import { Notice, ProblemNotice } from '../../ui/notice.tsx';
import { TtlField, ttlOfText } from '../../ui/ttl-field.tsx';
import { useAction } from '../../ui/use-action.ts';
import { HandedOver } from './handed-over.tsx';

/** Hands an app its way in: a private half with one use and a short life, copied once. */
export function HandOver({ app, onClose }: { readonly app: string; readonly onClose: () => void }) {
  const [text, setText] = useState('15m');
  const [given, setGiven] = useState<(IpcOutput<'apps.handOver'> & { readonly ttl: number }) | null>(null);
  const ttl = ttlOfText(text);
  const making = useAction(async () => {
    if (ttl !== null) setGiven({ ...(await ask('apps.handOver', { name: app, ttl })), ttl });
  });
  return (
    <Dialog onClose={onClose} title={`Hand over to ${app}`} size={520}>
      {given ? (
        <DialogStep>
          <HandedOver app={app} given={given} onClose={onClose} />
        </DialogStep>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (ttl !== null) making.run();
          }}
        >
          <p className="soft">
            The app logs in once with a public half (role-id) and a private half (secret-id). The private half
            works <strong>one time</strong>, so whoever finds it later finds a dead card.
          </p>
          <TtlField
            label="To be used within"
            description="After that it is dead, used or not."
            text={text}
            onText={setText}
            choices={['5m', '15m', '1h', '24h']}
          />
          <Notice>You copy it; it is never shown on the screen.</Notice>
          <ProblemNotice problem={making.problem} />
          <div className="form-buttons">
            <Button variant="default" onClick={onClose}>
              Later
            </Button>
            <Button type="submit" loading={making.busy} disabled={ttl === null}>
              Make the keycard
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
