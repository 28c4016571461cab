import { Button } from '@mantine/core';
import { IconAlertTriangle, IconChevronRight, IconPlus } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { DatabaseConnection, DatabaseRole } from '../../../shared/ipc/methods/databases-methods.ts';
import { capitalised } from '../../ui/capitalised.ts';
import { PromiseWords } from '../../ui/keycard.tsx';
import { ProblemNotice } from '../../ui/notice.tsx';
import { DetailHead, DetailPart } from '../../ui/screen.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { durationWords } from '../../ui/time-words.ts';
import { useAction } from '../../ui/use-action.ts';
import { ConnectDialog } from './connect-dialog.tsx';
import { DATABASE_FORMS } from './database-forms.ts';
import { useDatabases } from './databases-store.ts';
import { DisconnectDialog } from './disconnect-dialog.tsx';
import { RoleEditor } from './role-editor.tsx';

interface ConnectionDetailProps {
  readonly connection: DatabaseConnection;
  readonly roles: readonly DatabaseRole[];
  readonly sample: IpcOutput<'databases.list'>['sample'];
}

/** One connection: where it leads, whether it is healthy, and its kinds of access. */
export function ConnectionDetail({ connection, roles }: ConnectionDetailProps) {
  const select = useDatabases((store) => store.select);
  const [dialog, setDialog] = useState<'edit' | 'disconnect' | 'role' | null>(null);
  return (
    <>
      <DetailHead
        title={connection.name}
        under={
          <>
            <span className="mono selectable">{connection.url}</span>
            <span>
              as <span className="mono">{connection.username}</span>
            </span>
          </>
        }
        actions={
          connection.isSample ? (
            <Button color="danger" variant="light" onClick={() => setDialog('disconnect')}>
              Stop and remove the sample
            </Button>
          ) : (
            <>
              <Button variant="default" onClick={() => setDialog('edit')}>
                Change…
              </Button>
              <Button color="danger" variant="light" onClick={() => setDialog('disconnect')}>
                Disconnect…
              </Button>
            </>
          )
        }
      />
      <Health connection={connection} />
      <DetailPart
        title="Kinds of access"
        hint="roles"
        actions={
          <Button
            size="xs"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden="true" />}
            onClick={() => setDialog('role')}
          >
            Add a kind of access
          </Button>
        }
      >
        {roles.length === 0 ? (
          <p className="quiet">
            None yet. A kind of access says with which rights a new user is made, and for how long.
          </p>
        ) : (
          <div className="detail-box">
            {roles.map((role) => (
              <button
                key={role.name}
                type="button"
                className="detail-row role-link"
                onClick={() => select({ kind: 'role', name: role.name })}
              >
                <strong className="cut grow">{role.name}</strong>
                <span className="quiet">
                  {role.defaultTtl > 0 ? durationWords(role.defaultTtl) : 'default time'}
                  {role.maxTtl > 0 ? `, at most ${durationWords(role.maxTtl)}` : ''}
                </span>
                <IconChevronRight size={15} aria-hidden="true" />
              </button>
            ))}
          </div>
        )}
      </DetailPart>
      {dialog === 'edit' && <ConnectDialog of={connection} onClose={() => setDialog(null)} />}
      {dialog === 'disconnect' && (
        <DisconnectDialog connection={connection} roles={roles} onClose={() => setDialog(null)} />
      )}
      {dialog === 'role' && (
        <RoleEditor
          of={null}
          connection={connection.name}
          kind={connection.kind}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}

function Health({ connection }: { readonly connection: DatabaseConnection }) {
  const { name, kind } = connection;
  const check = useDatabases((store) => store.check);
  const rehearsed = useDatabases((store) => store.rehearsed.get(name));
  const [health, setHealth] = useState<IpcOutput<'databases.check'> | null>(null);
  const checking = useAction(async (rehearse: boolean) => setHealth(await check(name, rehearse)));
  const { run } = checking;
  useEffect(() => run(false), [run]);
  const findings = [...new Set([...(health?.findings ?? []), ...(rehearsed ?? [])])];
  const { title, rehearses, promise } = DATABASE_FORMS[kind];
  return (
    <DetailPart
      title="Health"
      actions={
        <Button
          size="xs"
          variant="subtle"
          loading={checking.busy}
          title={
            rehearses
              ? 'Makes a throw-away user, logs in as it, ends it and looks that it is gone'
              : 'Logs in and looks at the rights'
          }
          onClick={() => run(rehearses)}
        >
          Check now
        </Button>
      }
    >
      <div className="detail-box" role="status">
        <div className="detail-row">
          {health === null ? (
            <span className="quiet">{checking.problem ? 'The check could not be made.' : 'Checking…'}</span>
          ) : findings.length === 0 && health.healthy ? (
            <StateMark tone="active" words="Healthy" />
          ) : (
            <StateMark tone="blocked" words="Something is wrong" />
          )}
          <span className="grow" />
          {health?.serverVersion && (
            <span className="quiet">
              {kind === 'postgresql' ? `${title} ${health.serverVersion}` : health.serverVersion}
            </span>
          )}
        </div>
        {findings.map((finding) => (
          <div key={finding} className="finding selectable">
            <IconAlertTriangle size={15} aria-hidden="true" />{' '}
            <span className="grow">{capitalised(finding)}</span>
          </div>
        ))}
        {(rehearsed?.length === 0 || !rehearses) && (
          <div className="detail-row">
            <PromiseWords promise={rehearses ? 'dies-by-itself' : 'needs-keywarden'} />
            <span className="quiet">
              {rehearses ? 'Rehearsed: a throw-away user was made, let in, ended and proven dead.' : promise}
            </span>
          </div>
        )}
      </div>
      <ProblemNotice problem={checking.problem} />
    </DetailPart>
  );
}
