import './login-request.css';
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Countdown } from '../../ui/countdown.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useNow } from '../../ui/ticker.ts';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../../ui/use-action.ts';
import { type LoginWaiting, useLogins } from './logins-store.ts';

/** Asks before a terminal gets the signed-in member's rights. One at a time. */
export function LoginRequest() {
  const requests = useLogins((store) => store.requests);
  const now = useNow();
  const request = requests.find((one) => one.expiresAt > now);
  return request ? <Asking key={request.code} request={request} /> : null;
}

/** As long as it takes to see which code is asked about: a click meant for the last question must not answer this one. */
const LOOK_MS = 1200;

function Asking({ request }: { readonly request: LoginWaiting }) {
  const decide = useLogins((store) => store.decide);
  const [looked, setLooked] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLooked(true), LOOK_MS);
    return () => clearTimeout(timer);
  }, []);
  const deciding = useAction(async (approve: boolean) => {
    await decide(request.code, approve);
    toast(approve ? 'The terminal is signed in.' : 'Refused.');
  });
  return (
    <Dialog
      onClose={() => deciding.run(false)}
      title="A terminal asks to sign in as you"
      size={440}
      closeOnClickOutside={false}
      zIndex={400}
    >
      <div className="stack">
        <p className="soft">
          Somebody ran <span className="mono">kw login</span> and calls the program{' '}
          <strong>{request.program}</strong>. Approve it only if you did, and your terminal shows this very
          code:
        </p>
        <div className="login-code mono selectable" role="status" aria-label="Code">
          {request.code}
        </div>
        <p className="soft">
          It gets your policies, never root’s, for 8 hours at most. It ends when you lock, seal or quit. This
          question ends in <Countdown until={request.expiresAt} />.
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
      </div>
    </Dialog>
  );
}
