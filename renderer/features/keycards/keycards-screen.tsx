import { Button, SegmentedControl } from '@mantine/core';
import { IconIdBadge2 } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Keycard } from '../../../shared/ipc/methods/keycards-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { useContextMenu } from '../../ui/context-menu.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { Screen, Search } from '../../ui/screen.tsx';
import { Empty, Failed, Loading, Stale } from '../../ui/screen-state.tsx';
import { useNow } from '../../ui/ticker.ts';
import { toast } from '../../ui/toast.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { AlarmNotices } from '../alarms/alarm-notices.tsx';
import { KeycardDetail } from './keycard-detail.tsx';
import { KeycardColumns, KeycardRow } from './keycard-row.tsx';
import { countsOf, type KeycardLine, keycardLines } from './keycard-rows.ts';
import { isLive } from './keycard-state.ts';
import { type KeycardFilter, useKeycards } from './keycards-store.ts';
import { RevokeKeycard } from './revoke-keycard.tsx';

/** Everything that is out there now, and what became of what was. */
export function KeycardsScreen() {
  const store = useKeycards();
  const { list } = store;
  const all = list.kind === 'ready' ? list.value : [];
  const selected = all.find((keycard) => keycard.leaseId === store.selected) ?? null;
  return (
    <Screen
      title="Keycards"
      wide="list"
      list={
        <>
          <AlarmNotices />
          {list.kind === 'loading' ? (
            <Loading />
          ) : list.kind === 'failed' ? (
            <Failed problem={list.problem} onRetry={() => void store.refresh()} />
          ) : all.length === 0 ? (
            <NoKeycards />
          ) : (
            <>
              <Stale problem={list.stale} />
              <FullList keycards={all} />
            </>
          )}
        </>
      }
      detail={
        selected ? (
          <KeycardDetail key={selected.leaseId} keycard={selected} />
        ) : (
          <NothingSelected any={all.length > 0} />
        )
      }
    />
  );
}

function FullList({ keycards }: { readonly keycards: readonly Keycard[] }) {
  const { filter, words, selected, show, search, select } = useKeycards();
  const { menu, openAt } = useContextMenu();
  const [revoking, setRevoking] = useState<Keycard | null>(null);
  const now = useNow(5000); // sorting thousands every second would be felt; the rows themselves tick
  const counts = useMemo(() => countsOf(keycards, now), [keycards, now]);
  const lines = useMemo(() => keycardLines(keycards, filter, words, now), [keycards, filter, words, now]);
  return (
    <>
      <div className="keycard-filters">
        <SegmentedControl
          size="xs"
          aria-label="Which keycards"
          value={filter}
          onChange={(next) => show(next as KeycardFilter)}
          data={[
            { value: 'live', label: `Live ${counts.live}` },
            { value: 'expiring', label: `Expiring ${counts.expiring}` },
            { value: 'stuck', label: `Still alive ${counts.stuck}` },
            { value: 'dead', label: `Dead ${counts.dead}` },
          ]}
        />
        <Search label="Search keycards" value={words} onChange={search} />
      </div>
      <KeycardColumns />
      {lines.length === 0 ? (
        <Nothing filter={filter} words={words} />
      ) : (
        <VirtualList<KeycardLine>
          label="Keycards"
          items={lines}
          rowHeight={34}
          selectedKey={selected}
          onSelect={(line) => line.kind === 'keycard' && select(line.keycard.leaseId)}
          onCopy={(line) => line.kind === 'keycard' && say(line.keycard.username ?? line.keycard.path)}
          onContext={(line, event) => {
            if (line.kind !== 'keycard') return;
            const { keycard } = line;
            select(keycard.leaseId);
            openAt(event, [
              ...(keycard.username === null
                ? []
                : [{ label: 'Copy user name', run: () => say(keycard.username ?? '') }]),
              { label: 'Copy door', run: () => say(keycard.path) },
              ...(isLive(keycard)
                ? [{ label: 'Revoke…', destructive: true, run: () => setRevoking(keycard) }]
                : []),
            ]);
          }}
          row={(line) =>
            line.kind === 'heading'
              ? {
                  key: line.words,
                  heading: true,
                  content: () => (
                    <span className={line.tone === 'alarm' ? 'keycard-alarm' : ''}>{line.words}</span>
                  ),
                }
              : { key: line.keycard.leaseId, content: () => <KeycardRow keycard={line.keycard} /> }
          }
        />
      )}
      {menu}
      {revoking && <RevokeKeycard keycard={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function say(text: string): void {
  if (copyText(text)) toast(`Copied ${text}.`);
}

const NOTHING: Readonly<Record<KeycardFilter, string>> = {
  live: 'Nothing is out there now.',
  expiring: 'Nothing is about to expire.',
  stuck: 'Nothing outlives its time. Everything that should be dead is.',
  dead: 'Nothing has died in the last day.',
};

function Nothing({ filter, words }: { readonly filter: KeycardFilter; readonly words: string }) {
  return (
    <Empty
      icon={<IconIdBadge2 size={26} stroke={1.6} />}
      title={words === '' ? NOTHING[filter] : 'No keycard matches'}
    >
      {words === '' ? null : <p>Search looks at doors, holders and user names.</p>}
    </Empty>
  );
}

function NoKeycards() {
  const go = useNavigation((navigation) => navigation.go);
  return (
    <Empty
      icon={<IconIdBadge2 size={26} stroke={1.6} />}
      title="No keycards yet"
      actions={
        <>
          <Button onClick={() => go('databases')}>Issue one for a database</Button>
          <Button variant="default" onClick={() => go('apps')}>
            Set up an app
          </Button>
        </>
      }
    >
      <p>
        A keycard is anything that ends by itself: a database user that an app asked for, or one that you
        issue by hand.
      </p>
      <p>Here you see each of them count down, and that the door stayed shut afterwards.</p>
    </Empty>
  );
}

function NothingSelected({ any }: { readonly any: boolean }) {
  return any ? (
    <Empty icon={<IconIdBadge2 size={26} stroke={1.6} />} title="Choose a keycard">
      <p>Its promise, its deadline and what is known of its end are shown here.</p>
    </Empty>
  ) : null;
}
