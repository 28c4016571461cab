import './login-request.css';
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Countdown } from '../../ui/countdown.tsx';
import { Dialog, DialogStep } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useNow } from '../../ui/ticker.ts';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../../ui/use-action.ts';
import { type LoginWaiting, useLogins } from './logins-store.ts';

/** As long as it takes to see which code is asked about: a click meant for the last question must not answer this one. */
const LOOK_MS = 1200;

/**
 * Asks before a terminal gets the signed-in member's rights. One question at a time, and the one that is shown stays until a
 * person has put it away: one that ends under the cursor says so, and nothing takes its place by itself.
 */
export function LoginRequest() {
  const requests = useLogins((store) => store.requests);
  const now = useNow();
  const [shown, setShown] = useState<LoginWaiting | null>(null);
  const isWaiting = (request: LoginWaiting): boolean =>
    request.expiresAt > now && requests.some(({ code }) => code === request.code);
  const next = requests.find((request) => request.code !== shown?.code && isWaiting(request)) ?? null;
  useEffect(() => {
    if (shown === null && next !== null) setShown(next);
  }, [shown, next]);
  if (shown === null) return null;
  return (
    <Question
      key={shown.code}
      request={shown}
      hasEnded={!isWaiting(shown)}
      others={requests.filter((request) => request.code !== shown.code && isWaiting(request)).length}
      onAway={() => setShown(null)}
    />
  );
}

interface QuestionProps {
  readonly request: LoginWaiting;
  /** Its time is over, or the terminal has given up. */
  readonly hasEnded: boolean;
  /** How many terminals wait behind this one. */
  readonly others: number;
  readonly onAway: () => void;
}

function Question({ request, hasEnded, others, onAway }: QuestionProps) {
  const decide = useLogins((store) => store.decide);
  const [looked, setLooked] = useState(false);
  const [decided, setDecided] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLooked(true), LOOK_MS);
    return () => clearTimeout(timer);
  }, []);
  const deciding = useAction(async (approve: boolean) => {
    // Its answer takes it off the list: that is no end without an answer.
    setDecided(true);
    try {
      await decide(request.code, approve);
    } catch (thrown) {
      setDecided(false);
      throw thrown;
    }
    toast(approve ? 'The terminal is signed in.' : 'Refused.');
    onAway();
  });
  const isOver = hasEnded && !decided;
  return (
    <Dialog
      onClose={() => (isOver ? onAway() : deciding.run(false))}
      title={isOver ? 'This question has ended' : 'A terminal asks to sign in as you'}
      size={440}
      zIndex={400}
    >
      {isOver ? (
        <DialogStep key="over">
          <p className="soft" role="status">
            The terminal with the code <span className="mono">{request.code}</span> got no answer in time, or
            gave up. Nobody was signed in.
          </p>
          <ProblemNotice problem={deciding.problem} />
          <div className="form-buttons">
            <Button onClick={onAway} data-autofocus>
              {others > 0 ? 'Show the next' : 'Close'}
            </Button>
          </div>
        </DialogStep>
      ) : (
        <DialogStep key="asking">
          <p className="soft">
            Somebody ran <span className="mono">kw login</span> and calls the program{' '}
            <strong className="login-program">{request.program}</strong>. Approve it only if you did, and your
            terminal shows this very code:
          </p>
          <div className="login-code mono selectable" role="status" aria-label="Code">
            {request.code}
          </div>
          <p className="soft">
            It gets your policies, never root’s, for 8 hours at most. It ends when you lock, seal or quit.
            This question ends in <Countdown until={request.expiresAt} />.
            {others > 0 && ` ${others} more ${others === 1 ? 'waits' : 'wait'} behind it.`}
          </p>
          <ProblemNotice problem={deciding.problem} />
          <div className="form-buttons">
            <Button variant="default" onClick={() => deciding.run(false)} data-autofocus>
              Refuse
            </Button>
            <Button loading={deciding.busy} disabled={!looked} onClick={() => deciding.run(true)}>
              Approve
            </Button>
          </div>
        </DialogStep>
      )}
    </Dialog>
  );
}
