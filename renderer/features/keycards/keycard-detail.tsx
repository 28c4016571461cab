import './keycard-detail.css';
import { Button, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconRefresh } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { capitalised } from '../../ui/capitalised.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { PROMISES } from '../../ui/keycard.tsx';
import { NextTry } from '../../ui/next-try.tsx';
import { Notice, ProblemNotice } from '../../ui/notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { DetailPart } from '../../ui/screen.tsx';
import { useNow } from '../../ui/ticker.ts';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../../ui/use-action.ts';
import { isLive, isStillAlive } from './keycard-state.ts';
import { useKeycards } from './keycards-store.ts';
import { LeaseCard } from './lease-card.tsx';
import { RevokeKeycard } from './revoke-keycard.tsx';

/** One keycard: the card, its times, what can be done, and the proof of its end. */
export function KeycardDetail({ keycard }: { readonly keycard: Keycard }) {
  const { renew, revoke } = useKeycards();
  const now = useNow();
  const [revoking, setRevoking] = useState(false);
  const renewing = useAction(async () => {
    await renew(keycard.leaseId);
    toast('Renewed.');
  });
  const trying = useAction(async () => {
    const { state } = await revoke(keycard.leaseId);
    toast(state === 'dead' ? 'It is dead, and proven.' : 'It is still alive; the reason is shown with it.');
  });
  const live = isLive(keycard);
  const stuck = isStillAlive(keycard, now);
  return (
    <>
      <VisuallyHidden>
        <h2>Keycard of {keycard.holder}</h2>
      </VisuallyHidden>
      <div className="keycard-detail-top">
        <LeaseCard keycard={keycard} />
        {stuck && (
          <Notice tone="warning">
            <strong>
              {keycard.expiresAt > now
                ? 'Still alive though it was revoked.'
                : 'Still alive though its time is over.'}
            </strong>
            <p className="selectable">{capitalised(keycard.reason ?? 'it has not been ended yet')}</p>
            <p>
              <NextTry at={keycard.nextTryAt} /> It is tried for as long as it takes.
            </p>
          </Notice>
        )}
        {!stuck && live && keycard.reason !== null && <Notice>{capitalised(keycard.reason)}</Notice>}
        {live && (
          <div className="row">
            {keycard.renewable && keycard.state === 'active' && (
              <Button
                variant="default"
                leftSection={<IconRefresh size={15} aria-hidden="true" />}
                loading={renewing.busy}
                onClick={renewing.run}
              >
                Renew
              </Button>
            )}
            {stuck ? (
              <Button variant="default" loading={trying.busy} onClick={trying.run}>
                Try again now
              </Button>
            ) : (
              <Button color="danger" variant="light" onClick={() => setRevoking(true)}>
                Revoke…
              </Button>
            )}
          </div>
        )}
        <ProblemNotice problem={renewing.problem ?? trying.problem} />
      </div>
      <DetailPart title="Particulars">
        <div className="detail-box">
          {keycard.username !== null && (
            <Particular name="User at the target" long>
              <span className="mono selectable">{keycard.username}</span>
              <CopyButton
                label="Copy user name"
                short="Copy"
                size="xs"
                variant="subtle"
                copy={() => copied(keycard.username ?? '')}
              />
            </Particular>
          )}
          <Particular name="Issued">
            <RelativeTime at={keycard.issuedAt} />
          </Particular>
          <Particular
            name={
              stuck && keycard.expiresAt <= now
                ? 'Should have ended'
                : live && !stuck
                  ? 'Ends'
                  : keycard.expiresAt > now
                    ? 'Would have ended'
                    : 'Ended'
            }
          >
            <RelativeTime at={keycard.expiresAt} />
          </Particular>
          {live && keycard.renewable && (
            <Particular name="At the latest">
              <RelativeTime at={keycard.maxExpiresAt} />
            </Particular>
          )}
          {live && (
            <Particular name="When Keywarden is off" long>
              <span>{PROMISES[keycard.promise]}</span>
            </Particular>
          )}
          <Particular name="Lease" long>
            <span className="mono selectable">{keycard.leaseId}</span>
            <CopyButton
              label="Copy lease id"
              short="Copy"
              size="xs"
              variant="subtle"
              copy={() => copied(keycard.leaseId)}
            />
          </Particular>
        </div>
      </DetailPart>
      {!live && <Proof keycard={keycard} />}
      {revoking && <RevokeKeycard keycard={keycard} onClose={() => setRevoking(false)} />}
    </>
  );
}

function Proof({ keycard }: { readonly keycard: Keycard }) {
  return (
    <DetailPart title="Proof" hint="the door was tried, and stayed shut">
      {keycard.proof.length === 0 ? (
        <p className="quiet">{keycard.reason ?? 'None was recorded.'}</p>
      ) : (
        <ul className="proof">
          {keycard.proof.map((line) => (
            <li key={line}>
              <IconCheck size={14} aria-hidden="true" /> {line}
            </li>
          ))}
        </ul>
      )}
    </DetailPart>
  );
}

function Particular(props: { readonly name: string; readonly long?: boolean; readonly children: ReactNode }) {
  return (
    <div className={props.long ? 'detail-row keycard-long' : 'detail-row'}>
      <span className="detail-key keycard-key">{props.name}</span>
      {props.children}
    </div>
  );
}

function copied(text: string): Promise<null> {
  copyText(text);
  return Promise.resolve(null);
}
