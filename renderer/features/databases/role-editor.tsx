import './databases.css';
import { Button, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { plainName } from '../../../shared/ipc/fields.ts';
import type { DatabaseRole } from '../../../shared/ipc/methods/databases-methods.ts';
import type { DatabaseKind } from '../../../shared/model/database-kinds.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { fieldReason } from '../../ui/field-reason.ts';
import { Notice, ProblemNotice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { TtlField, ttlOfText } from '../../ui/ttl-field.tsx';
import { useAction } from '../../ui/use-action.ts';
import { statementsText } from './closed-statement.ts';
import { DATABASE_FORMS } from './database-forms.ts';
import { useDatabases } from './databases-store.ts';

interface RoleEditorProps {
  readonly of: DatabaseRole | null;
  readonly connection: string;
  readonly kind: DatabaseKind;
  readonly onClose: () => void;
}

/** Makes or changes a kind of access: its name, how a user is made, and for how long. */
export function RoleEditor({ of, connection, kind, onClose }: RoleEditorProps) {
  const writeRole = useDatabases((store) => store.writeRole);
  const form = DATABASE_FORMS[kind];
  const [name, setName] = useState(of?.name ?? '');
  const [statements, setStatements] = useState(
    of ? statementsText(kind, of.creationStatements) : form.statements,
  );
  const [defaultText, setDefaultText] = useState(of ? `${of.defaultTtl || 3600}` : '1h');
  const [maxText, setMaxText] = useState(of ? `${of.maxTtl || 86_400}` : '24h');
  const defaultTtl = ttlOfText(defaultText);
  const maxTtl = ttlOfText(maxText);
  const nameReason = fieldReason(plainName, name);
  const missing = form.parts.filter((part) => !statements.includes(part));
  const placeholder = form.placeholder.pattern.test(statements);
  const fits = defaultTtl !== null && maxTtl !== null && defaultTtl <= maxTtl;
  const ready = nameReason === null && statements.trim() !== '' && fits;
  const saving = useAction(async () => {
    if (defaultTtl === null || maxTtl === null) return;
    await writeRole({ name, connection, creationStatements: [statements.trim()], defaultTtl, maxTtl });
    toast(`${name} is saved.`);
    onClose();
  });
  return (
    <Dialog
      onClose={onClose}
      title={of ? `Change ${of.name}` : `Add a kind of access to ${connection}`}
      size={620}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) saving.run();
        }}
      >
        <TextInput
          label="Name"
          description="Apps ask for database/creds/ and this name."
          placeholder="orders-readonly"
          value={name}
          disabled={of !== null}
          onChange={(event) => setName(event.currentTarget.value)}
          error={name === '' ? null : nameReason}
          data-autofocus
          autoComplete="off"
        />
        <Textarea
          label="How a user is made"
          description={form.statementsHint}
          value={statements}
          onChange={(event) => setStatements(event.currentTarget.value)}
          autosize
          minRows={4}
          maxRows={12}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          error={missing.length > 0 ? `${missing.join(' and ')} should occur in it.` : null}
        />
        {placeholder && (
          <Notice>
            Put {form.placeholder.what} where <span className="mono">{form.placeholder.word}</span> stands.
          </Notice>
        )}
        <div className="form-grid form-grid-even">
          <TtlField
            label="Lives for"
            description="When nobody asks for less (default TTL)."
            text={defaultText}
            onText={setDefaultText}
            choices={['15m', '1h', '8h']}
          />
          <TtlField
            label="At most"
            description="Renewals included (max TTL)."
            text={maxText}
            onText={setMaxText}
            choices={['1h', '24h', '7d']}
          />
        </div>
        {defaultTtl !== null && maxTtl !== null && defaultTtl > maxTtl && (
          <Notice tone="warning">The usual time is longer than the most that is allowed.</Notice>
        )}
        <ProblemNotice problem={saving.problem} />
        <div className="form-buttons">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.busy} disabled={!ready}>
            {of ? 'Save' : 'Add kind of access'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
