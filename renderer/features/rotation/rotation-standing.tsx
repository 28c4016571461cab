import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { capitalised } from '../../ui/capitalised.ts';
import { NextTry } from '../../ui/next-try.tsx';
import { Notice } from '../../ui/notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useNow } from '../../ui/ticker.ts';
import { count } from '../../ui/time-words.ts';
import { seenRotation, stepsOf } from './rotation-state.ts';

/** How a rotation stands right now: the steps of a run, and what holds it up or whom it waits for. */
export function RotationStanding({ rotation }: { readonly rotation: Rotation }) {
  const now = useNow();
  const { when } = seenRotation(rotation, now);
  return (
    <>
      {rotation.state !== 'idle' && <Steps rotation={rotation} />}
      {when === 'person' && (
        <Notice tone="warning">
          <strong>It waits for you.</strong>
          <p className="rotation-instructions selectable">
            {rotation.secret?.instructions ?? rotation.reason}
          </p>
        </Notice>
      )}
      {when === 'held' && <HeldUp rotation={rotation} />}
      {rotation.state === 'retiring' && (
        <Notice>
          The new value is the current one. The former still works
          {rotation.reason !== null && ` (${rotation.reason})`}
          {rotation.retireBy !== null && (
            <>
              {' '}
              and ends <RelativeTime at={rotation.retireBy} /> at the latest
            </>
          )}
          .
        </Notice>
      )}
      {rotation.paused && (
        <Notice>
          Paused: it begins nothing by itself.
          {rotation.state !== 'idle' && ' What is under way goes on to its end.'}
        </Notice>
      )}
    </>
  );
}

function HeldUp({ rotation }: { readonly rotation: Rotation }) {
  const { reason, lastReason, state, attempts, nextTryAt } = rotation;
  const isGivenUp = state === 'idle' && reason === null;
  return (
    <Notice tone="warning">
      <strong>{isGivenUp ? 'The old value was kept.' : 'It is held up.'}</strong>
      <p className="selectable">{capitalised((isGivenUp ? lastReason : reason) ?? 'no reason was told')}</p>
      <p>
        {attempts > 0 && `${count(attempts, 'try', 'tries')} so far. `}
        <NextTry at={nextTryAt} />{' '}
        {isGivenUp && rotation.dueAt !== null && (
          <>
            It begins again <RelativeTime at={rotation.dueAt} />.{' '}
          </>
        )}
        One value is valid all the while.
      </p>
    </Notice>
  );
}

function Steps({ rotation }: { readonly rotation: Rotation }) {
  const { words, at } = stepsOf(rotation);
  return (
    <ol className="rotation-steps" aria-label="Steps of the run">
      {words.map((word, index) => (
        <li
          key={word}
          className={index < at ? 'rotation-step-done' : undefined}
          aria-current={index === at ? 'step' : undefined}
        >
          {word}
        </li>
      ))}
    </ol>
  );
}
