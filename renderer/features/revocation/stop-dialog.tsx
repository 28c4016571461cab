import './revocation.css';
import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { StopScope } from '../../app/navigation.ts';
import { ask } from '../../bridge/ask.ts';
import { capitalised } from '../../ui/capitalised.ts';
import { Dialog, DialogStep } from '../../ui/dialog.tsx';
import { Notice, ProblemNotice } from '../../ui/notice.tsx';
import { Failed, Loading, Stale } from '../../ui/screen-state.tsx';
import { count } from '../../ui/time-words.ts';
import { useAction } from '../../ui/use-action.ts';
import { useAsked } from '../../ui/use-asked.ts';
import { useKeycards } from '../keycards/keycards-store.ts';
import { StopReport } from './stop-report.tsx';
import { StoppedKeycards } from './stopped-keycards.tsx';

type Rehearsal = IpcOutput<'revocations.rehearse'>;

const TITLES: Readonly<Record<StopScope['scope'], (name: string) => string>> = {
  app: (name) => `Stop ${name}?`,
  prefix: (name) => `Revoke every keycard of ${name}?`,
  everything: () => 'Stop everything?',
};

/** One button for the bad day: shows exactly what would stop, stops it, and stays with it until each end is proven. */
export function StopDialog({ what, onClose }: { readonly what: StopScope; readonly onClose: () => void }) {
  const [running, setRunning] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const title = running === null ? TITLES[what.scope](what.name) : isOver ? 'Stopped' : 'Stopping…';
  return (
    <Dialog onClose={onClose} title={title} size={560}>
      {running === null ? (
        <Rehearsed what={what} onRun={setRunning} onClose={onClose} />
      ) : (
        <StopReport id={running} onOver={setOver} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface RehearsedProps {
  readonly what: StopScope;
  readonly onRun: (id: string) => void;
  readonly onClose: () => void;
}

/** What comes and goes meanwhile is rehearsed anew: what is shown is what the button would stop. */
function Rehearsed({ what, ...props }: RehearsedProps) {
  const news = useKeycards((store) => store.list);
  const { answer, again } = useAsked(() => ask('revocations.rehearse', what), [news]);
  if (answer.kind === 'loading') return <Loading />;
  if (answer.kind === 'failed') return <Failed problem={answer.problem} onRetry={again} />;
  return (
    <DialogStep>
      <Stale problem={answer.stale} />
      <Shown what={what} rehearsal={answer.value} {...props} />
    </DialogStep>
  );
}

function Shown({ what, rehearsal, onRun, onClose }: RehearsedProps & { readonly rehearsal: Rehearsal }) {
  const [lockOut, setLockOut] = useState(false);
  const action = useAction(async () => {
    const { id } = await ask('revocations.run', { ...what, lockOut });
    onRun(id);
  });
  const { holders, keycards, tokens, blocked, secretIds, stillAlive } = rehearsal;
  const nothing = keycards.length === 0 && tokens === 0 && secretIds === 0;
  const needing = keycards.filter(({ promise }) => promise === 'needs-keywarden').length;
  return (
    <div className="stack">
      {keycards.length === 0 && tokens === 0 ? (
        <p className="soft">Nothing of it is alive now.</p>
      ) : (
        <p className="soft">
          <strong>{howMuch(keycards.length, tokens)}</strong>{' '}
          {keycards.length + tokens === 1 ? 'ends' : 'end'} at once. Every session that a keycard opened is
          cut.
        </p>
      )}
      {holders.length > 0 && (
        <section className="detail-box stop-holders" aria-label="Who stops">
          {holders.map((holder) => (
            <div key={holder.name} className="detail-row">
              <strong className="cut grow">{holder.name}</strong>
              <span className="quiet">{howMuch(holder.leases, holder.tokens)}</span>
            </div>
          ))}
        </section>
      )}
      <StoppedKeycards summary="Which keycards" keycards={keycards} note={({ username }) => username ?? ''} />
      {blocked.map(({ keycards: blockedCards, reason }) => (
        <Notice key={reason} tone="warning">
          <strong>{count(blockedCards, 'keycard')} cannot be proven dead now.</strong>
          <p className="selectable">{capitalised(reason)}</p>
          <p>Nobody is served any more, and it is tried until it is proven.</p>
        </Notice>
      ))}
      {blocked.length > 0 && needing > 0 && (
        <p className="quiet">{count(needing, 'keycard')} of these would not die without Keywarden.</p>
      )}
      {stillAlive > 0 && (
        <p className="quiet">
          {count(stillAlive, 'keycard')} {stillAlive === 1 ? 'was' : 'were'} ended before and still{' '}
          {stillAlive === 1 ? 'waits' : 'wait'} for a proof.
        </p>
      )}
      {what.scope === 'app' && secretIds > 0 && (
        <Checkbox
          checked={lockOut}
          onChange={(event) => setLockOut(event.currentTarget.checked)}
          label={`Lock it out too: it holds ${count(secretIds, 'private half', 'private halves')} (secret-id) and could log in again`}
        />
      )}
      <ProblemNotice problem={action.problem} />
      <div className="form-buttons">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button color="danger" loading={action.busy} disabled={nothing} onClick={action.run}>
          {what.scope === 'prefix' ? 'Revoke all' : 'Stop now'}
        </Button>
      </div>
    </div>
  );
}

/** What ends, without what there is none of. */
function howMuch(keycards: number, logins: number): string {
  const parts = [keycards > 0 ? count(keycards, 'keycard') : '', logins > 0 ? count(logins, 'login') : ''];
  return parts.filter((part) => part !== '').join(' and ');
}
