import './rotation.css';
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { ProblemNotice } from '../../ui/notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { DetailHead, DetailPart } from '../../ui/screen.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../../ui/use-action.ts';
import { useSecrets } from '../secrets/secrets-store.ts';
import { BringValue } from './bring-value.tsx';
import { howWords, policyWords, whatTerm, whatWords } from './policy-words.ts';
import { RotateEvery } from './rotate-every.tsx';
import { RotationHistory } from './rotation-history.tsx';
import { RotationStanding } from './rotation-standing.tsx';
import { useRotations } from './rotations-store.ts';

/** One rotation: how it stands, its policy, what became of it last, and the levers. */
export function RotationDetail({ rotation }: { readonly rotation: Rotation }) {
  const { rotate, pause, remove } = useRotations();
  const go = useNavigation((navigation) => navigation.go);
  const [dialog, setDialog] = useState<'bring' | 'change' | 'remove' | null>(null);
  const { id, how, secret, paused, state } = rotation;
  const isPersons = how === 'person';
  const rotating = useAction(async () => {
    const { rotated } = await rotate(id);
    if (rotated) toast(`${rotation.name} has its new value.`);
  });
  const pausing = useAction(() => pause(id, !paused));
  return (
    <>
      <DetailHead
        title={<span className="mono">{rotation.name}</span>}
        under={
          <>
            <span>
              {whatWords(rotation)}
              {whatTerm(rotation) !== '' && ` (${whatTerm(rotation)})`}
            </span>
            <span className="mono selectable">{rotation.path}</span>
          </>
        }
        actions={
          <>
            {isPersons ? (
              <Button onClick={() => setDialog('bring')}>Bring the new value…</Button>
            ) : (
              <Button loading={rotating.busy} onClick={rotating.run}>
                {state === 'idle' || state === 'retiring' ? 'Rotate now' : 'Try now'}
              </Button>
            )}
            <Button variant="default" loading={pausing.busy} onClick={pausing.run}>
              {paused ? 'Resume' : 'Pause'}
            </Button>
            {secret?.isShown && (
              <Button variant="default" onClick={() => setDialog('change')}>
                Change…
              </Button>
            )}
          </>
        }
      />
      <div className="stack rotation-notices">
        <RotationStanding rotation={rotation} />
        <ProblemNotice problem={rotating.problem ?? pausing.problem} />
      </div>
      <DetailPart title="When">
        <div className="detail-box">
          <Line label="Policy">{policyWords(rotation)}</Line>
          <Line label="Next">
            {paused ? (
              'paused: only when somebody asks for it'
            ) : rotation.dueAt === null ? (
              state === 'idle' ? (
                'only when somebody asks for it'
              ) : (
                'after this run'
              )
            ) : (
              <RelativeTime at={rotation.dueAt} />
            )}
          </Line>
          <Line label="Last">
            {rotation.lastRotatedAt === null ? 'never' : <RelativeTime at={rotation.lastRotatedAt} />}
          </Line>
          <Line label="Who makes it">{howWords(rotation)}</Line>
        </div>
      </DetailPart>
      {isPersons && secret && state !== 'asking' && (
        <DetailPart title="What to do when it is due" hint="instructions">
          <p className="rotation-instructions selectable">{secret.instructions}</p>
        </DetailPart>
      )}
      <RotationHistory rotation={rotation} />
      {secret?.isShown && (
        <div className="detail-part row">
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              go('secrets');
              void useSecrets.getState().show(secret.path);
            }}
          >
            Open the secret
          </Button>
          <Button size="xs" variant="subtle" color="danger" onClick={() => setDialog('remove')}>
            Stop rotating…
          </Button>
        </div>
      )}
      {dialog === 'bring' && <BringValue rotation={rotation} onClose={() => setDialog(null)} />}
      {dialog === 'change' && secret && (
        <RotateEvery
          path={secret.path}
          fields={[secret.field]}
          of={rotation}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'remove' && secret && (
        <Confirm
          title={`Stop rotating ${secret.path}?`}
          doLabel="Stop rotating"
          onClose={() => setDialog(null)}
          run={async () => {
            await remove(secret.path);
            toast(`${secret.path} stays as it is.`);
          }}
        >
          <p>The secret keeps the value that it has now, and nothing makes another or reminds anybody.</p>
          {state !== 'idle' && <p>A new value that is on its way is dropped.</p>}
        </Confirm>
      )}
    </>
  );
}

function Line({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="detail-row">
      <span className="rotation-key">{label}</span>
      <span className="grow">{children}</span>
    </div>
  );
}
