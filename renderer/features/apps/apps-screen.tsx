import './apps.css';
import { Button } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { App } from '../../../shared/ipc/methods/apps-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { useContextMenu } from '../../ui/context-menu.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { Screen, Search, Whole } from '../../ui/screen.tsx';
import { Empty, Failed, Loading, Stale } from '../../ui/screen-state.tsx';
import { useNow } from '../../ui/ticker.ts';
import { exactWords, relativeWords } from '../../ui/time-words.ts';
import { toast } from '../../ui/toast.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { AppDetail } from './app-detail.tsx';
import { useApps } from './apps-store.ts';

/** The apps that may ask, when they last came, and what they hold. */
export function AppsScreen() {
  const { list, refresh, selected } = useApps();
  const open = useNavigation((navigation) => navigation.open);
  if (list.kind !== 'ready' || list.value.length === 0) {
    return (
      <Whole title="Apps">
        {list.kind === 'loading' ? (
          <Loading />
        ) : list.kind === 'failed' ? (
          <Failed problem={list.problem} onRetry={() => void refresh()} />
        ) : (
          <NoApps />
        )}
      </Whole>
    );
  }
  return (
    <Screen
      title="Apps"
      tools={
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden="true" />}
          onClick={() => open({ kind: 'new-app' })}
        >
          New app
        </Button>
      }
      list={
        <>
          <Stale problem={list.stale} />
          <AppList apps={list.value} />
        </>
      }
      detail={
        selected === null ? (
          <Empty icon={<IconPlugConnected size={26} stroke={1.6} />} title="Choose an app">
            <p>Which doors it has, when it last came, and what it holds are shown here.</p>
          </Empty>
        ) : (
          <AppDetail />
        )
      }
    />
  );
}

function AppList({ apps }: { readonly apps: readonly App[] }) {
  const { selected, show } = useApps();
  const open = useNavigation((navigation) => navigation.open);
  const { menu, openAt } = useContextMenu();
  const [words, setWords] = useState('');
  const found = apps.filter((app) => app.name.toLowerCase().includes(words.trim().toLowerCase()));
  return (
    <>
      {(apps.length > 8 || words !== '') && <Search label="Search apps" value={words} onChange={setWords} />}
      <VirtualList<App>
        label="Apps"
        items={found}
        rowHeight={36}
        selectedKey={selected}
        onSelect={(app) => void show(app.name)}
        onOpen={(app) => open({ kind: 'hand-over', app: app.name })}
        onCopy={(app) => copyText(app.name) && toast(`Copied ${app.name}.`)}
        onContext={(app, event) => {
          void show(app.name);
          openAt(event, [
            { label: 'Hand over a keycard', run: () => open({ kind: 'hand-over', app: app.name }) },
            { label: 'Copy name', run: () => copyText(app.name) && toast(`Copied ${app.name}.`) },
          ]);
        }}
        row={(app) => ({ key: app.name, content: () => <AppLine app={app} /> })}
      />
      {menu}
    </>
  );
}

function AppLine({ app }: { readonly app: App }) {
  const now = useNow();
  return (
    <>
      <IconPlugConnected size={16} stroke={1.7} aria-hidden="true" className="app-icon" />
      <span className="cut grow">{app.name}</span>
      {app.liveKeycards > 0 && (
        <span className="app-live tabular" title={`${app.liveKeycards} live keycards`}>
          {app.liveKeycards} live
        </span>
      )}
      <span
        className="app-seen tabular"
        title={app.lastLoginAt === null ? undefined : exactWords(app.lastLoginAt)}
      >
        {app.lastLoginAt === null ? 'never came' : relativeWords(app.lastLoginAt, now)}
      </span>
    </>
  );
}

function NoApps() {
  const open = useNavigation((navigation) => navigation.open);
  return (
    <Empty
      icon={<IconPlugConnected size={26} stroke={1.6} />}
      title="Give an app its first keycard"
      actions={<Button onClick={() => open({ kind: 'new-app' })}>New app</Button>}
    >
      <p>
        An app identity (AppRole) says which doors one program may open: some secrets, a kind of database
        access, and nothing else.
      </p>
      <p>It works with any Vault client, or with kw run.</p>
    </Empty>
  );
}
