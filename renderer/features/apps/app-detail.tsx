import { Button } from '@mantine/core';
import { useState } from 'react';
import { useNavigation } from '../../app/navigation.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { DetailHead, DetailPart } from '../../ui/screen.tsx';
import { Failed, Loading, Stale } from '../../ui/screen-state.tsx';
import { durationWords } from '../../ui/time-words.ts';
import { isLive } from '../keycards/keycard-state.ts';
import { KeycardStrip } from '../keycards/keycard-strip.tsx';
import { AppWizard } from './app-wizard.tsx';
import { type AppView, useApps } from './apps-store.ts';
import { DoorWords } from './door-words.tsx';
import { RemoveApp } from './remove-app.tsx';

/** The app that is looked at: its identity, its doors, what it holds. */
export function AppDetail() {
  const { detail, selected, show } = useApps();
  if (selected === null) return null;
  if (detail.kind === 'loading') return <Loading />;
  if (detail.kind === 'failed')
    return <Failed problem={detail.problem} onRetry={() => void show(selected)} />;
  return (
    <>
      <Stale problem={detail.stale} />
      <Shown key={selected} view={detail.value} />
    </>
  );
}

function Shown({ view }: { readonly view: AppView }) {
  const open = useNavigation((navigation) => navigation.open);
  const [dialog, setDialog] = useState<'edit' | 'remove' | null>(null);
  const { app } = view;
  const live = view.keycards.filter(isLive);
  return (
    <>
      <DetailHead
        title={app.name}
        under={
          <>
            <span>
              {app.lastLoginAt === null ? (
                'Never came yet'
              ) : (
                <>
                  Last came <RelativeTime at={app.lastLoginAt} />
                </>
              )}
            </span>
            <span>
              Each login lasts {view.tokenTtl > 0 ? durationWords(view.tokenTtl) : 'the system’s default'}
            </span>
          </>
        }
        actions={
          <>
            <Button onClick={() => open({ kind: 'hand-over', app: app.name })}>Hand over a keycard</Button>
            <Button variant="default" onClick={() => setDialog('edit')}>
              Change doors…
            </Button>
            <Button
              color="danger"
              variant="light"
              onClick={() => open({ kind: 'stop', what: { scope: 'app', name: app.name } })}
            >
              Stop…
            </Button>
            <Button color="danger" variant="light" onClick={() => setDialog('remove')}>
              Remove…
            </Button>
          </>
        }
      />
      <DetailPart title="Doors" hint="what it may open, and nothing else">
        {view.policyByHand ? (
          <p className="quiet">Its policy was written by hand: see the text below.</p>
        ) : (
          <div className="detail-box">
            {view.doors.map((door) => (
              <div key={`${door.kind}:${door.target}`} className="detail-row">
                <DoorWords door={door} />
              </div>
            ))}
          </div>
        )}
      </DetailPart>
      <DetailPart title="Live keycards" hint={live.length > 0 ? String(live.length) : undefined}>
        <KeycardStrip keycards={live} none="It holds none now." />
      </DetailPart>
      <DetailPart title="Identity" hint="AppRole">
        <div className="detail-box">
          <div className="detail-row">
            <span className="detail-key">Public half (role-id)</span>
            <span className="mono selectable cut grow" title={view.roleId}>
              {view.roleId}
            </span>
            <CopyButton
              label="Copy public half"
              short="Copy"
              size="xs"
              variant="subtle"
              copy={() => {
                copyText(view.roleId);
                return Promise.resolve(null);
              }}
            />
          </div>
          <div className="detail-row">
            <span className="detail-key">Private half (secret-id)</span>
            <span className="quiet">shown once, at each hand-over</span>
          </div>
        </div>
      </DetailPart>
      <DetailPart title="Policy" hint={app.policyNames.join(', ')}>
        <details className="policy-fold" open={view.policyByHand}>
          <summary>The text that the vault decides by</summary>
          <pre className="code-box">{view.policyText}</pre>
        </details>
      </DetailPart>
      {dialog === 'edit' && <AppWizard of={view} onClose={() => setDialog(null)} />}
      {dialog === 'remove' && <RemoveApp view={view} live={live} onClose={() => setDialog(null)} />}
    </>
  );
}
