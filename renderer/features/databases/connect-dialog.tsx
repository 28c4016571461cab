import './databases.css';
import { Button, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { plainName } from '../../../shared/ipc/fields.ts';
import type { DatabaseConnection } from '../../../shared/ipc/methods/databases-methods.ts';
import { DATABASE_KINDS, type DatabaseKind, URL_SCHEMES } from '../../../shared/model/database-kinds.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { fieldReason } from '../../ui/field-reason.ts';
import { PromiseWords } from '../../ui/keycard.tsx';
import { ProblemNotice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../../ui/use-action.ts';
import { type ConnectionParts, partsOfUrl } from './connection-url.ts';
import { DATABASE_FORMS } from './database-forms.ts';
import { useDatabases } from './databases-store.ts';

interface ConnectDialogProps {
  readonly of: DatabaseConnection | null;
  readonly onClose: () => void;
}

/** Where a database is and as whom to reach it. It is checked before anything is kept. */
export function ConnectDialog({ of, onClose }: ConnectDialogProps) {
  const connect = useDatabases((store) => store.connect);
  const [name, setName] = useState(of?.name ?? '');
  const [parts, setParts] = useState<ConnectionParts>(() => ({
    kind: of?.kind ?? 'postgresql',
    host: 'localhost',
    port: '5432',
    database: 'postgres',
    username: of?.username ?? 'postgres',
    password: '',
    tls: 'verify',
    ...(of && { database: '', ...partsOfUrl(of.url) }),
  }));
  const form = DATABASE_FORMS[parts.kind];
  const change = (changed: Partial<ConnectionParts>): void =>
    setParts((before) => ({ ...before, ...changed }));
  const port = Number(parts.port);
  const portBad = !/^\d+$/.test(parts.port) || port < 1 || port > 65_535;
  const nameReason = fieldReason(plainName, name);
  const ready =
    nameReason === null &&
    !portBad &&
    parts.host !== '' &&
    (parts.database !== '' || !form.needsDatabase) &&
    parts.username !== '';
  const connecting = useAction(async () => {
    const { kind, host, username, password, tls } = parts;
    const database = form.hasDatabase ? parts.database : '';
    await connect({ name, kind, host, port, database, username, tls, ...(password !== '' && { password }) });
    toast(`${name} is connected.`);
    onClose();
  });
  return (
    <Dialog onClose={onClose} title={of ? `Change ${of.name}` : 'Connect a database'} size={540}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) connecting.run();
        }}
      >
        {of === null && (
          <SegmentedControl
            aria-label="Kind of database"
            value={parts.kind}
            onChange={(kind) => change(startOf(kind as DatabaseKind))}
            data={DATABASE_KINDS.map((kind) => ({ value: kind, label: DATABASE_FORMS[kind].title }))}
          />
        )}
        <TextInput
          label="Name"
          description="What you call it here."
          placeholder="orders-db"
          value={name}
          disabled={of !== null}
          onChange={(event) => setName(event.currentTarget.value)}
          error={name === '' ? null : nameReason}
          data-autofocus
          autoComplete="off"
        />
        <div className="form-grid">
          <TextInput
            label="Host"
            description={`A whole ${URL_SCHEMES[parts.kind][0]}:// URL fills in the rest.`}
            value={parts.host}
            onChange={(event) => {
              const text = event.currentTarget.value.trim();
              const pasted = partsOfUrl(text);
              // What leads to another kind of server cannot take the place of this one.
              change(pasted && (of === null || pasted.kind === of.kind) ? pasted : { host: text });
            }}
            spellCheck={false}
          />
          <TextInput
            label="Port"
            description={`Usually ${form.port}.`}
            value={parts.port}
            onChange={(event) => change({ port: event.currentTarget.value.trim() })}
            error={portBad ? '1 to 65535.' : null}
            inputMode="numeric"
          />
        </div>
        {form.hasDatabase && (
          <TextInput
            label="Database"
            {...(!form.needsDatabase && { description: 'May stay empty.' })}
            value={parts.database}
            maxLength={63}
            onChange={(event) => change({ database: event.currentTarget.value })}
            spellCheck={false}
          />
        )}
        <div className="form-grid form-grid-even">
          <TextInput
            label="User"
            description={form.userHint}
            value={parts.username}
            maxLength={63}
            onChange={(event) => change({ username: event.currentTarget.value })}
            spellCheck={false}
            autoComplete="off"
          />
          <PasswordInput
            label="Password"
            description={of ? 'Leave it empty to keep the one it has.' : 'Kept in the vault, encrypted.'}
            value={parts.password}
            maxLength={1024}
            onChange={(event) => change({ password: event.currentTarget.value })}
            autoComplete="off"
          />
        </div>
        <div className="stack-tight">
          <span id="tls-label" className="mantine-InputWrapper-label">
            Encryption on the way (TLS)
          </span>
          <SegmentedControl
            aria-labelledby="tls-label"
            size="xs"
            value={parts.tls}
            onChange={(tls) => change({ tls: tls as ConnectionParts['tls'] })}
            data={[
              { value: 'verify', label: 'Yes, check the certificate' },
              { value: 'require', label: 'Yes, any certificate' },
              { value: 'off', label: 'No' },
            ]}
          />
          {parts.tls === 'off' && !isLoopback(parts.host) && (
            <span className="quiet">Passwords and data would cross the network in the open.</span>
          )}
        </div>
        <p className="row connect-promise">
          <PromiseWords promise={form.rehearses ? 'dies-by-itself' : 'needs-keywarden'} />
          <span className="quiet">{form.promise}</span>
        </p>
        <ProblemNotice problem={connecting.problem} />
        <div className="form-buttons">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={connecting.busy} disabled={!ready}>
            Check and connect
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What the form holds of another kind before anything was typed. */
function startOf(kind: DatabaseKind): Partial<ConnectionParts> {
  const { port, database, user } = DATABASE_FORMS[kind];
  return { kind, port, database, username: user };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
