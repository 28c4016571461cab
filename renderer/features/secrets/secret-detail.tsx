import { Button } from '@mantine/core';
import { useState } from 'react';
import { Notice, ProblemNotice } from '../../ui/notice.tsx';
import { problemOf } from '../../ui/problem.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { DetailHead, DetailPart } from '../../ui/screen.tsx';
import { Failed, Loading, Stale } from '../../ui/screen-state.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { useAction } from '../../ui/use-action.ts';
import { SecretRotation } from '../rotation/secret-rotation.tsx';
import { MakeCurrent } from './make-current.tsx';
import { SecretEditor } from './secret-editor.tsx';
import { SecretFields } from './secret-fields.tsx';
import { SecretReferences } from './secret-references.tsx';
import { SecretVersions } from './secret-versions.tsx';
import { type SecretView, useSecrets } from './secrets-store.ts';

/** The secret that is looked at: its fields, its use, its versions. */
export function SecretDetail() {
  const { detail, path, version, show } = useSecrets();
  if (path === null) return null;
  if (detail.kind === 'loading') return <Loading />;
  if (detail.kind === 'failed') {
    return <Failed problem={detail.problem} onRetry={() => void show(path, version)} />;
  }
  return (
    <>
      <Stale problem={detail.stale} />
      <Shown key={`${path}@${detail.value.version}`} secret={detail.value} />
    </>
  );
}

function Shown({ secret }: { readonly secret: SecretView }) {
  const { show, remove, restore } = useSecrets();
  const [dialog, setDialog] = useState<'edit' | 'make-current' | null>(null);
  const current = Math.max(secret.version, ...secret.versions.map((one) => one.version));
  const older = secret.version !== current;
  const written = secret.versions.find((one) => one.version === secret.version)?.createdAt;
  const restoring = useAction(async (version: number) => {
    await restore(secret.path, version);
    toast('It is back.');
  });
  const removing = useAction(async () => {
    const version = await remove(secret.path);
    toast(`Deleted ${secret.path}.`, {
      label: 'Undo',
      run: () => void restore(secret.path, version).catch((thrown) => toastProblem(problemOf(thrown).words)),
    });
  });
  return (
    <>
      <DetailHead
        title={<span className="mono">{secret.path}</span>}
        under={
          <>
            <span>
              Version {secret.version} of {current}
            </span>
            {written !== undefined && (
              <span>
                Written <RelativeTime at={written} />
              </span>
            )}
          </>
        }
        actions={
          older ? (
            <>
              {!secret.deleted && (
                <Button onClick={() => setDialog('make-current')}>Make it current again…</Button>
              )}
              <Button variant="default" onClick={() => void show(secret.path)}>
                Back to the current version
              </Button>
            </>
          ) : (
            <>
              <Button onClick={() => setDialog('edit')}>New version</Button>
              {!secret.deleted && (
                <Button variant="light" color="danger" loading={removing.busy} onClick={removing.run}>
                  Delete
                </Button>
              )}
            </>
          )
        }
      />
      <div className="stack secret-notices">
        {older && <Notice>This is an older version. Apps get version {current}.</Notice>}
        {secret.deleted && (
          <Notice tone="warning">
            <div className="row">
              <span className="grow">
                This version is deleted: nobody can read it. Its values are still there.
              </span>
              <Button
                size="xs"
                variant="default"
                loading={restoring.busy}
                onClick={() => restoring.run(secret.version)}
              >
                Bring it back
              </Button>
            </div>
          </Notice>
        )}
        <ProblemNotice problem={removing.problem ?? restoring.problem} />
      </div>
      {!secret.deleted && (
        <DetailPart title="Fields">
          <SecretFields secret={secret} />
        </DetailPart>
      )}
      {!secret.deleted && !older && <SecretReferences secret={secret} />}
      {!secret.deleted && !older && (
        <SecretRotation path={secret.path} fields={secret.fields.map((field) => field.name)} />
      )}
      <DetailPart title="Versions">
        <SecretVersions secret={secret} current={current} />
      </DetailPart>
      {dialog === 'edit' && (
        <SecretEditor of={{ ...secret, version: current }} onClose={() => setDialog(null)} />
      )}
      {dialog === 'make-current' && (
        <MakeCurrent secret={secret} current={current} onClose={() => setDialog(null)} />
      )}
    </>
  );
}
