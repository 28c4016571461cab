import './databases.css';
import { Button, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { DatabaseConnection } from '../../../shared/ipc/contract.ts';
import { plainName } from '../../../shared/ipc/fields.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { fieldReason } from '../../ui/field-reason.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { useAction } from '../../ui/use-action.ts';
import { type ConnectionParts, partsOfUrl } from './connection-url.ts';
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
    host: 'localhost',
    port: '5432',
    database: 'postgres',
    username: of?.username ?? 'postgres',
    password: '',
    tls: 'verify',
    ...(of && partsOfUrl(of.url)),
  }));
  const change = (changed: Partial<ConnectionParts>): void =>
    setParts((before) => ({ ...before, ...changed }));
  const port = Number(parts.port);
  const portBad = !/^\d+$/.test(parts.port) || port < 1 || port > 65_535;
  const nameReason = fieldReason(plainName, name);
  const ready =
    nameReason === null && !portBad && parts.host !== '' && parts.database !== '' && parts.username !== '';
  const connecting = useAction(async () => {
    const { host, database, username, password, tls } = parts;
    await connect({ name, host, port, database, username, tls, ...(password !== '' && { password }) });
    toast(`${name} is connected.`);
    onClose();
  });
  return (
    <Dialog onClose={onClose} title={of ? `Change ${of.name}` : 'Connect a PostgreSQL'} size={540}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) connecting.run();
        }}
      >
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
            description="A whole postgres:// URL fills in the rest."
            value={parts.host}
            onChange={(event) => {
              const text = event.currentTarget.value.trim();
              change(partsOfUrl(text) ?? { host: text });
            }}
            spellCheck={false}
          />
          <TextInput
            label="Port"
            description="Usually 5432."
            value={parts.port}
            onChange={(event) => change({ port: event.currentTarget.value.trim() })}
            error={portBad ? '1 to 65535.' : null}
            inputMode="numeric"
          />
        </div>
        <TextInput
          label="Database"
          value={parts.database}
          maxLength={63}
          onChange={(event) => change({ database: event.currentTarget.value })}
          spellCheck={false}
        />
        <div className="form-grid form-grid-even">
          <TextInput
            label="User"
            description="It must be allowed to create roles."
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

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
