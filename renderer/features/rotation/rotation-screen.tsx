import { Button } from '@mantine/core';
import { IconRotateClockwise2 } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { useContextMenu } from '../../ui/context-menu.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { problemOf } from '../../ui/problem.ts';
import { Screen, Search, Whole } from '../../ui/screen.tsx';
import { Empty, Failed, Loading, Stale } from '../../ui/screen-state.tsx';
import { useNow } from '../../ui/ticker.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { RotationDetail } from './rotation-detail.tsx';
import { type RotationLine, rotationLines } from './rotation-lines.ts';
import { RotationColumns, RotationRow } from './rotation-row.tsx';
import { useRotations } from './rotations-store.ts';

/** What gets a new value by itself, when, and what holds it up. */
export function RotationScreen() {
  const { list, selected, refresh } = useRotations();
  const all = list.kind === 'ready' ? list.value : [];
  const chosen = all.find((rotation) => rotation.id === selected) ?? null;
  if (list.kind !== 'ready' || all.length === 0) {
    return (
      <Whole title="Rotation">
        {list.kind === 'loading' ? (
          <Loading />
        ) : list.kind === 'failed' ? (
          <Failed problem={list.problem} onRetry={() => void refresh()} />
        ) : (
          <NoRotations />
        )}
      </Whole>
    );
  }
  return (
    <Screen
      title="Rotation"
      wide="list"
      list={
        <>
          <Stale problem={list.stale} />
          <Calendar rotations={all} />
        </>
      }
      detail={
        chosen ? (
          <RotationDetail key={chosen.id} rotation={chosen} />
        ) : (
          <Empty icon={<IconRotateClockwise2 size={26} stroke={1.6} />} title="Choose what is rotated">
            <p>When it is due, what became of it last and what holds it up are shown here.</p>
          </Empty>
        )
      }
    />
  );
}

function Calendar({ rotations }: { readonly rotations: readonly Rotation[] }) {
  const { selected, select, words, search } = useRotations();
  const { menu, openAt } = useContextMenu();
  const now = useNow(5000);
  const lines = useMemo(() => rotationLines(rotations, words, now), [rotations, words, now]);
  return (
    <>
      {(rotations.length > 8 || words !== '') && (
        <Search label="Search rotations" value={words} onChange={search} />
      )}
      <RotationColumns />
      {lines.length === 0 ? (
        <Empty icon={<IconRotateClockwise2 size={26} stroke={1.6} />} title="Nothing matches">
          <p>Search looks at names and paths.</p>
        </Empty>
      ) : (
        <VirtualList<RotationLine>
          label="Rotations"
          items={lines}
          rowHeight={34}
          selectedKey={selected}
          onSelect={(line) => line.kind === 'rotation' && select(line.rotation.id)}
          onCopy={(line) => line.kind === 'rotation' && say(line.rotation.path)}
          onContext={(line, event) => {
            if (line.kind !== 'rotation') return;
            const { rotation } = line;
            select(rotation.id);
            openAt(event, [
              { label: 'Copy path', run: () => say(rotation.path) },
              {
                label: rotation.paused ? 'Resume' : 'Pause',
                run: () => void pause(rotation.id, !rotation.paused),
              },
            ]);
          }}
          row={(line) =>
            line.kind === 'heading'
              ? {
                  key: line.when,
                  heading: true,
                  content: () => (
                    <span className={line.when === 'held' ? 'rotation-heading-alarm' : ''}>{line.words}</span>
                  ),
                }
              : { key: line.rotation.id, content: () => <RotationRow rotation={line.rotation} /> }
          }
        />
      )}
      {menu}
    </>
  );
}

async function pause(id: string, paused: boolean): Promise<void> {
  try {
    await useRotations.getState().pause(id, paused);
  } catch (thrown) {
    toastProblem(problemOf(thrown).words);
  }
}

function say(text: string): void {
  if (copyText(text)) toast(`Copied ${text}.`);
}

function NoRotations() {
  const go = useNavigation((navigation) => navigation.go);
  return (
    <Empty
      icon={<IconRotateClockwise2 size={26} stroke={1.6} />}
      title="Nothing is rotated yet"
      actions={<Button onClick={() => go('secrets')}>Choose a secret</Button>}
    >
      <p>
        What never changes is found in old copies and old logs. Open a secret and choose “Rotate every…”:
        Keywarden makes a new value when it is due, or reminds a person to, and running apps get it at once.
      </p>
    </Empty>
  );
}
