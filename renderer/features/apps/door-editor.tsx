import { ActionIcon, Autocomplete, Button, Select } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { CONTRACT } from '../../../shared/ipc/contract.ts';
import type { Door } from '../../../shared/ipc/methods/apps-methods.ts';
import { fieldReason } from '../../ui/field-reason.ts';
import { valueOr } from '../../ui/loadable.ts';
import { useDatabases } from '../databases/databases-store.ts';
import { allSecrets } from '../secrets/secret-lines.ts';
import { useSecrets } from '../secrets/secrets-store.ts';
import { DOOR_KINDS } from './door-words.tsx';

/** A door while it is chosen. */
export interface DoorDraft extends Door {
  readonly id: string;
}

/** A door to start with. */
export function newDoor(door: Door = { kind: 'read-secret', target: '' }): DoorDraft {
  return { id: crypto.randomUUID(), ...door };
}

/** Why a door is not complete, or null: by the contract's own rule. */
export function doorReason(door: Door): string | null {
  if (door.target === '') return 'Say which.';
  return fieldReason(CONTRACT['apps.write'].input, {
    name: 'x',
    access: { doors: [door] },
    tokenTtl: 60,
  }) === null
    ? null
    : 'A path without patterns such as * or +.';
}

interface DoorEditorProps {
  readonly doors: readonly DoorDraft[];
  readonly onDoors: (doors: readonly DoorDraft[]) => void;
}

/** The doors of an app, one line each: what it may do, and where. */
export function DoorEditor({ doors, onDoors }: DoorEditorProps) {
  const folders = useSecrets((store) => store.folders);
  const databases = useDatabases((store) => store.list);
  const secrets = allSecrets(valueOr(folders, new Map()));
  const above = secrets.map((entry) => entry.path.split('/').slice(0, -1).join('/')).filter(Boolean);
  const paths = [
    ...new Set([...above.map((folder) => `${folder}/`), ...secrets.map((entry) => entry.path)]),
  ].sort();
  const roles = databases.kind === 'ready' ? databases.value.roles.map((role) => role.name) : [];
  const change = (id: string, changed: Partial<Door>): void =>
    onDoors(doors.map((door) => (door.id === id ? { ...door, ...changed } : door)));
  return (
    <div className="stack-tight">
      {doors.map((door, index) => (
        <div key={door.id} className="door-line">
          <Select
            aria-label={`What door ${index + 1} allows`}
            data={Object.entries(DOOR_KINDS).map(([value, label]) => ({ value, label }))}
            value={door.kind}
            allowDeselect={false}
            onChange={(kind) => kind !== null && change(door.id, { kind: kind as Door['kind'], target: '' })}
          />
          <Autocomplete
            aria-label={`Where door ${index + 1} leads`}
            placeholder={door.kind === 'database' ? 'kind of access' : 'path, or folder/ for all below'}
            data={door.kind === 'database' ? roles : paths}
            value={door.target}
            limit={12}
            onChange={(target) => change(door.id, { target })}
            error={door.target === '' ? null : doorReason({ kind: door.kind, target: door.target.trim() })}
            classNames={{ input: 'mono' }}
            spellCheck={false}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            mt={2}
            aria-label={`Remove door ${index + 1}`}
            disabled={doors.length === 1}
            onClick={() => onDoors(doors.filter((one) => one.id !== door.id))}
          >
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          variant="subtle"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden="true" />}
          onClick={() => onDoors([...doors, newDoor()])}
        >
          Add a door
        </Button>
      </div>
    </div>
  );
}
