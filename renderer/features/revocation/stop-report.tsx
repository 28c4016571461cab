import './revocation.css';
import { Button, Progress, VisuallyHidden } from '@mantine/core';
import { useEffect } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { ask } from '../../bridge/ask.ts';
import { capitalised } from '../../ui/capitalised.ts';
import { DialogStep } from '../../ui/dialog.tsx';
import { NextTry } from '../../ui/next-try.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Failed, Loading, Stale } from '../../ui/screen-state.tsx';
import { count } from '../../ui/time-words.ts';
import { useAsked } from '../../ui/use-asked.ts';
import { useKeycards } from '../keycards/keycards-store.ts';
import { StoppedKeycards } from './stopped-keycards.tsx';

type Report = IpcOutput<'revocations.report'>;

interface StopReportProps {
  readonly id: string;
  /** Told whether every end is proven. */
  readonly onOver: (isOver: boolean) => void;
  readonly onClose: () => void;
}

/** How far the ends are, each with its proof or with what it waits for. */
export function StopReport({ id, onOver, onClose }: StopReportProps) {
  // Whatever becomes of a keycard renews that list: then there may be news here.
  const news = useKeycards((store) => store.list);
  const { answer, again } = useAsked(() => ask('revocations.report', { id }), [id, news]);
  const isOver = answer.kind === 'ready' && answer.value.finished;
  useEffect(() => onOver(isOver), [isOver, onOver]);
  return (
    <DialogStep>
      {answer.kind === 'loading' ? (
        <Loading />
      ) : answer.kind === 'failed' ? (
        <Failed
          problem={answer.problem}
          kept="The stopping goes on; only its report could not be read."
          onRetry={again}
        />
      ) : (
        <>
          <Stale problem={answer.stale} />
          <Shown report={answer.value} />
        </>
      )}
      <div className="form-buttons">
        <Button onClick={onClose} data-autofocus>
          {isOver ? 'Done' : 'Close; it goes on'}
        </Button>
      </div>
    </DialogStep>
  );
}

function Shown({ report }: { readonly report: Report }) {
  const { keycards, tokens, finished } = report;
  const dead = keycards.filter(({ state }) => state === 'dead');
  const alive = keycards.filter(({ state }) => state !== 'dead');
  const fraction = keycards.length === 0 ? 1 : dead.length / keycards.length;
  const done = `${tokens > 0 ? `${count(tokens, 'login')} ended, ` : ''}${count(dead.length, 'keycard')} dead and proven.`;
  return (
    <div className="stack">
      <p className="soft">
        {finished
          ? done
          : `${dead.length} of ${count(keycards.length, 'keycard')} dead and proven. Nobody is served any more; the rest is tried until it is proven.`}
      </p>
      {/* A hundred ends in a second would talk over everything: only the quarters are told. */}
      <VisuallyHidden role="status">
        {finished ? done : `${Math.floor(fraction * 4) * 25} % proven dead`}
      </VisuallyHidden>
      {keycards.length > 0 && (
        <Progress value={fraction * 100} animated={!finished} aria-label="Proven dead" />
      )}
      {alive.length > 0 && (
        <Notice tone="warning">
          <strong>{finished ? 'Not proven' : 'Still alive'}</strong>
          <ul className="stack-tight">
            {alive.slice(0, 8).map((one) => (
              <li key={one.leaseId}>
                <span className="mono">{one.path}</span> of {one.holder}
                <p className="selectable">{capitalised(one.reason ?? 'its end is under way')}</p>
                <NextTry at={one.nextTryAt} />
              </li>
            ))}
            {alive.length > 8 && <li>and {alive.length - 8} more</li>}
          </ul>
        </Notice>
      )}
      <StoppedKeycards summary="The proofs" keycards={dead} note={({ proof }) => proof.join(', ')} />
    </div>
  );
}
