import './quarantine-banner.css';
import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { AppStatus } from '../../../shared/ipc/methods/app-methods.ts';
import { QUARANTINE_WORDS } from '../../../shared/model/quarantine.ts';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';

type Quarantine = NonNullable<AppStatus['quarantine']>;

/** Over every screen of a vault that is not the one left here: why, what was seen and found, and the way on. */
export function QuarantineBanner({ quarantine }: { readonly quarantine: Quarantine }) {
  const { accept, refresh } = useSession();
  const confirming = useAction(async () => {
    try {
      accept(await ask('vault.confirm'));
    } finally {
      void refresh();
    }
  });
  const { reason, seen, found, damage } = quarantine;
  const wayOn =
    damage === null
      ? 'You can look at it; it issues nothing and stores nothing. Once you confirm it, what is overdue is ended first.'
      : `${damage} You can look at it and copy from it. No file is touched. To go on working, seal it and put a backup back.`;
  return (
    <section className="quarantine" aria-label="Quarantine">
      <IconAlertTriangle size={20} aria-hidden="true" />
      <div className="grow">
        <strong>{QUARANTINE_WORDS[reason]}</strong>
        <p>
          {seen && `Seen here last: ${glance(seen)}. `}
          {`Found: ${glance(found)}. ${wayOn}`}
        </p>
        <ProblemNotice problem={confirming.problem} />
      </div>
      {damage === null && (
        <Button variant="default" onClick={confirming.run} loading={confirming.busy}>
          {reason === 'elsewhere' ? 'Make this machine its home' : 'Go on with this vault'}
        </Button>
      )}
    </section>
  );
}

function glance({ sequence, time }: Quarantine['found']): string {
  return `record ${sequence} of ${new Date(time).toLocaleString()}`;
}
