import { Button, Progress } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { ask } from '../../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../../ui/loadable.ts';
import { Notice } from '../../ui/notice.tsx';
import { Failed, Loading } from '../../ui/screen-state.tsx';
import { count } from '../../ui/time-words.ts';
import { useKeycards } from '../keycards/keycards-store.ts';

type Report = IpcOutput<'revocations.report'>;

/** How far the ends are, each with its proof or with what it waits for. */
export function StopReport({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const [report, setReport] = useState<Loadable<Report>>(LOADING);
  const [tries, setTries] = useState(0);
  // Whatever becomes of a keycard renews that list: then there may be news here.
  const news = useKeycards((store) => store.list);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `news` and `tries` are the reasons to ask, not a part of the question.
  useEffect(() => {
    let gone = false;
    void reload(LOADING, ask('revocations.report', { id })).then((next) => gone || setReport(next));
    return () => {
      gone = true;
    };
  }, [id, news, tries]);
  if (report.kind === 'loading') return <Loading />;
  if (report.kind === 'failed')
    return <Failed problem={report.problem} onRetry={() => setTries(tries + 1)} />;
  const { keycards, tokens, finished } = report.value;
  const dead = keycards.filter(({ state }) => state === 'dead');
  const alive = keycards.filter(({ state }) => state !== 'dead');
  return (
    <div className="stack">
      <p className="soft" role="status">
        {finished
          ? `${tokens > 0 ? `${count(tokens, 'login')} ended, ` : ''}${count(dead.length, 'keycard')} dead and proven.`
          : `${count(dead.length, 'keycard')} of ${keycards.length} dead and proven. Nobody is served any more; the rest is tried until it is proven.`}
      </p>
      {keycards.length > 0 && (
        <Progress
          value={(dead.length / keycards.length) * 100}
          animated={!finished}
          aria-label="Proven dead"
        />
      )}
      {alive.length > 0 && (
        <Notice tone="warning">
          <strong>Still alive</strong>
          <ul className="stack-tight">
            {alive.slice(0, 8).map((one) => (
              <li key={one.leaseId}>
                <span className="mono">{one.path}</span> of {one.holder}:{' '}
                {one.reason ?? 'its end is under way'}
              </li>
            ))}
            {alive.length > 8 && <li>and {alive.length - 8} more</li>}
          </ul>
        </Notice>
      )}
      {dead.length > 0 && (
        <details className="policy-fold">
          <summary>The proofs</summary>
          <div className="detail-box">
            {dead.slice(0, 200).map((one) => (
              <div key={one.leaseId} className="detail-row">
                <span className="mono cut grow" title={one.leaseId}>
                  {one.path}
                </span>
                <span className="quiet">{one.proof.join(', ')}</span>
              </div>
            ))}
            {dead.length > 200 && <div className="detail-row quiet">and {dead.length - 200} more</div>}
          </div>
        </details>
      )}
      <div className="form-buttons">
        <Button onClick={onClose} data-autofocus>
          {finished ? 'Done' : 'Close; it goes on'}
        </Button>
      </div>
    </div>
  );
}
