import { IconDatabase, IconKey, IconPencil } from '@tabler/icons-react';
import type { Door } from '../../../shared/ipc/methods/apps-methods.ts';

/** What each kind of door lets an app do, as one says it. */
export const DOOR_KINDS = {
  'read-secret': 'Read the secret',
  'write-secret': 'Read and write',
  database: 'Get a database user',
} as const satisfies Record<Door['kind'], string>;

const ICONS = { 'read-secret': IconKey, 'write-secret': IconPencil, database: IconDatabase } as const;

/** One door in plain words. */
export function DoorWords({ door }: { readonly door: Door }) {
  const Icon = ICONS[door.kind];
  const folder = door.target.endsWith('/');
  const what =
    door.kind === 'database'
      ? 'Get a database user of kind'
      : `${door.kind === 'read-secret' ? 'Read' : 'Read and write'} ${folder ? 'everything below' : 'the secret'}`;
  return (
    <span className="door-words">
      <Icon size={16} stroke={1.7} aria-hidden="true" />
      <span>
        {what} <span className="mono selectable">{door.target}</span>
      </span>
    </span>
  );
}
