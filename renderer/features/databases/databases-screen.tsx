import './databases.css';
import { Button } from '@mantine/core';
import { IconDatabase, IconDatabaseCog, IconPlus } from '@tabler/icons-react';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { DatabaseConnection, DatabaseRole } from '../../../shared/ipc/methods/databases-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Screen, Whole } from '../../ui/screen.tsx';
import { Empty, Failed, Loading, Stale } from '../../ui/screen-state.tsx';
import { durationWords } from '../../ui/time-words.ts';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { ConnectionDetail } from './connection-detail.tsx';
import { type DatabaseSelection, useDatabases } from './databases-store.ts';
import { NoDatabases } from './no-databases.tsx';
import { RoleDetail } from './role-detail.tsx';

type Line =
  | { readonly kind: 'connection'; readonly connection: DatabaseConnection }
  | { readonly kind: 'role'; readonly role: DatabaseRole };

/** Databases and the kinds of access to them: what keycards are issued from. */
export function DatabasesScreen() {
  const { list, starting, refresh } = useDatabases();
  const open = useNavigation((navigation) => navigation.open);
  const isEmpty = list.kind === 'ready' && list.value.connections.length + list.value.roles.length === 0;
  const isStarting = starting || (list.kind === 'ready' && list.value.sample.state === 'starting');
  if (list.kind !== 'ready' || isEmpty || isStarting) {
    return (
      <Whole title="Databases">
        {list.kind === 'loading' ? (
          <Loading />
        ) : list.kind === 'failed' ? (
          <Failed problem={list.problem} onRetry={() => void refresh()} />
        ) : (
          <NoDatabases />
        )}
      </Whole>
    );
  }
  return (
    <Screen
      title="Databases"
      tools={
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden="true" />}
          onClick={() => open({ kind: 'connect' })}
        >
          Connect
        </Button>
      }
      list={
        <>
          <Stale problem={list.stale} />
          <DatabaseList value={list.value} />
        </>
      }
      detail={<Detail value={list.value} />}
    />
  );
}

function DatabaseList({ value }: { readonly value: IpcOutput<'databases.list'> }) {
  const { selected, select } = useDatabases();
  const open = useNavigation((navigation) => navigation.open);
  return (
    <VirtualList<Line>
      label="Databases and kinds of access"
      items={linesOf(value)}
      rowHeight={36}
      selectedKey={selected && keyOf(selected)}
      onSelect={(line) => select(selectionOf(line))}
      onOpen={(line) => line.kind === 'role' && open({ kind: 'issue', role: line.role.name })}
      row={(line) => ({
        key: keyOf(selectionOf(line)),
        content: () =>
          line.kind === 'connection' ? (
            <ConnectionLine connection={line.connection} />
          ) : (
            <RoleLine role={line.role} />
          ),
      })}
    />
  );
}

function ConnectionLine({ connection }: { readonly connection: DatabaseConnection }) {
  return (
    <>
      <IconDatabase size={16} stroke={1.7} aria-hidden="true" className="database-icon" />
      <strong className="cut">{connection.name}</strong>
      <span className="grow" />
      {connection.isSample && <span className="database-sample">sample</span>}
    </>
  );
}

function RoleLine({ role }: { readonly role: DatabaseRole }) {
  return (
    <span className="row grow database-role">
      <span className="cut grow">{role.name}</span>
      <span className="quiet">{role.defaultTtl > 0 ? durationWords(role.defaultTtl) : ''}</span>
    </span>
  );
}

function Detail({ value }: { readonly value: IpcOutput<'databases.list'> }) {
  const selected = useDatabases((store) => store.selected);
  if (selected?.kind === 'connection') {
    const connection = value.connections.find((one) => one.name === selected.name);
    if (connection) {
      const roles = value.roles.filter((role) => role.connection === connection.name);
      return (
        <ConnectionDetail key={connection.name} connection={connection} roles={roles} sample={value.sample} />
      );
    }
  }
  if (selected?.kind === 'role') {
    const role = value.roles.find((one) => one.name === selected.name);
    if (role) return <RoleDetail key={role.name} role={role} />;
  }
  return (
    <Empty icon={<IconDatabaseCog size={26} stroke={1.6} />} title="Choose a database or a kind of access">
      <p>A database knows where; a kind of access (role) knows with which rights and for how long.</p>
    </Empty>
  );
}

function linesOf(value: IpcOutput<'databases.list'>): Line[] {
  const known = new Set(value.connections.map((connection) => connection.name));
  const orphans = value.roles.filter((role) => !known.has(role.connection));
  return [
    ...value.connections.flatMap((connection): Line[] => [
      { kind: 'connection', connection },
      ...value.roles
        .filter((role) => role.connection === connection.name)
        .map((role) => ({ kind: 'role', role }) as const),
    ]),
    ...orphans.map((role) => ({ kind: 'role', role }) as const),
  ];
}
function selectionOf(line: Line): DatabaseSelection {
  return line.kind === 'connection'
    ? { kind: 'connection', name: line.connection.name }
    : { kind: 'role', name: line.role.name };
}
function keyOf(selection: DatabaseSelection): string {
  return `${selection.kind}/${selection.name}`;
}
