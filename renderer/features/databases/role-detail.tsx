import { Button } from '@mantine/core';
import { useState } from 'react';
import type { DatabaseRole } from '../../../shared/ipc/methods/databases-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { valueOr } from '../../ui/loadable.ts';
import { DetailHead, DetailPart } from '../../ui/screen.tsx';
import { count, durationWords } from '../../ui/time-words.ts';
import { toast } from '../../ui/toast.tsx';
import { isLive } from '../keycards/keycard-state.ts';
import { KeycardStrip } from '../keycards/keycard-strip.tsx';
import { useKeycards } from '../keycards/keycards-store.ts';
import { statementsText } from './closed-statement.ts';
import { useDatabases } from './databases-store.ts';
import { RoleEditor } from './role-editor.tsx';
import { RolePromise } from './role-promise.tsx';

/** One kind of access: its rights, its times, and the keycards that it has out. */
export function RoleDetail({ role }: { readonly role: DatabaseRole }) {
  const open = useNavigation((navigation) => navigation.open);
  const removeRole = useDatabases((store) => store.removeRole);
  const [dialog, setDialog] = useState<'edit' | 'remove' | null>(null);
  const live = valueOr(
    useKeycards((store) => store.list),
    [],
  ).filter((keycard) => isLive(keycard) && keycard.path === `database/creds/${role.name}`);
  return (
    <>
      <DetailHead
        title={role.name}
        under={
          <>
            <span>Kind of access (role) to {role.connection}</span>
            <span>
              Lives {role.defaultTtl > 0 ? durationWords(role.defaultTtl) : 'as long as the system’s default'}
              {role.maxTtl > 0 ? `, at most ${durationWords(role.maxTtl)}` : ''}
            </span>
          </>
        }
        actions={
          <>
            <Button onClick={() => open({ kind: 'issue', role: role.name })}>Issue a keycard</Button>
            <Button variant="default" onClick={() => setDialog('edit')}>
              Change…
            </Button>
            {live.length > 0 && (
              <Button
                color="danger"
                variant="light"
                onClick={() =>
                  open({ kind: 'stop', what: { scope: 'prefix', name: `database/creds/${role.name}` } })
                }
              >
                Revoke all…
              </Button>
            )}
            <Button color="danger" variant="light" onClick={() => setDialog('remove')}>
              Remove…
            </Button>
          </>
        }
      />
      <DetailPart title="Live keycards" hint={live.length > 0 ? String(live.length) : undefined}>
        <KeycardStrip keycards={live} none="None is out. Issue one here, or let an app ask for it." />
      </DetailPart>
      <RolePromise role={role} />
      <DetailPart title="How a user is made" hint="creation statements">
        <pre className="code-box">{statementsText(role.kind, role.creationStatements)}</pre>
      </DetailPart>
      {dialog === 'edit' && (
        <RoleEditor
          of={role}
          connection={role.connection}
          kind={role.kind ?? 'postgresql'}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'remove' && (
        <Confirm
          title={`Remove ${role.name}?`}
          doLabel="Remove"
          onClose={() => setDialog(null)}
          run={async () => {
            await removeRole(role.name);
            toast(`${role.name} is removed.`);
          }}
        >
          <p>
            Nobody can ask for <span className="mono">database/creds/{role.name}</span> any more.
          </p>
          <p>
            {live.length > 0
              ? `${count(live.length, 'live keycard')} of it go on until their time is over.`
              : 'It has no live keycards.'}
          </p>
        </Confirm>
      )}
    </>
  );
}
