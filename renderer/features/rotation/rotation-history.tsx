import { useEffect, useState } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { ask } from '../../bridge/ask.ts';
import { LOADING, type Loadable, reload } from '../../ui/loadable.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { DetailPart } from '../../ui/screen.tsx';
import { StateMark } from '../../ui/state-mark.tsx';

type Events = IpcOutput<'rotations.history'>['events'];

const WORDS = {
  rotated: { tone: 'active', words: 'New value' },
  'given-up': { tone: 'blocked', words: 'Given up, the old one kept' },
  retired: { tone: 'dead', words: 'The former ended' },
} as const;

/** What became of it lately, from the audit trail, and the proof of the last time. */
export function RotationHistory({ rotation }: { readonly rotation: Rotation }) {
  const { id, lastResultAt, state, proof } = rotation;
  const [events, setEvents] = useState<Loadable<Events>>(LOADING);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new result or state is what there may be more to read after.
  useEffect(() => {
    let isOver = false;
    const asked = ask('rotations.history', { id }).then((reply) => reply.events);
    void reload<Events>(LOADING, asked).then((read) => {
      if (!isOver) setEvents(read);
    });
    return () => {
      isOver = true;
    };
  }, [id, lastResultAt, state]);
  return (
    <DetailPart title="Last results">
      {events.kind === 'failed' && <ProblemNotice problem={events.problem} />}
      {events.kind === 'ready' && events.value.length === 0 && (
        <p className="quiet">It has not been rotated yet.</p>
      )}
      {events.kind === 'ready' && events.value.length > 0 && (
        <ul className="detail-box rotation-history">
          {events.value.map(({ at, kind }, index) => (
            <li key={`${at}/${kind}`} className="detail-row">
              <StateMark {...WORDS[kind]} />
              <span className="grow" />
              <span className="quiet">
                <RelativeTime at={at} />
              </span>
              {index === 0 && proof.length > 0 && (
                <span className="rotation-proof selectable">{proof.join(', ')}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </DetailPart>
  );
}
