import { VisuallyHidden } from '@mantine/core';
import {
  IconDatabase,
  IconIdBadge2,
  IconKey,
  IconPlugConnected,
  IconRotateClockwise2,
  IconSearch,
  IconSettings,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { isLive, isStillAlive } from '../features/keycards/keycard-state.ts';
import { useKeycards } from '../features/keycards/keycards-store.ts';
import { needsLook } from '../features/rotation/rotation-state.ts';
import { useRotations } from '../features/rotation/rotations-store.ts';
import { BrandMark } from '../ui/brand-mark.tsx';
import { valueOr } from '../ui/loadable.ts';
import { useNow } from '../ui/ticker.ts';
import { modifierWord } from './modifier-word.ts';
import { type ScreenName, useNavigation } from './navigation.ts';

/** The way to every screen: an icon and a word each, in the groups of the trade. */
export function Rail({ vaultName }: { readonly vaultName: string }) {
  const open = useNavigation((navigation) => navigation.open);
  return (
    <nav className="rail" aria-label="Screens">
      <div className="rail-brand" title={vaultName}>
        <BrandMark size={22} />
        <span className="cut">{vaultName}</span>
      </div>
      <button type="button" className="rail-find" onClick={() => open({ kind: 'find' })}>
        <IconSearch size={15} aria-hidden="true" />
        <span className="grow">Find</span>
        <kbd>{modifierWord('K')}</kbd>
      </button>
      <div className="rail-group">Use</div>
      <RailItem name="secrets" icon={<IconKey size={17} stroke={1.7} aria-hidden="true" />} />
      <RailItem name="apps" icon={<IconPlugConnected size={17} stroke={1.7} aria-hidden="true" />} />
      <RailItem name="keycards" icon={<IconIdBadge2 size={17} stroke={1.7} aria-hidden="true" />}>
        <LiveCount />
      </RailItem>
      <div className="rail-group">Provide</div>
      <RailItem name="databases" icon={<IconDatabase size={17} stroke={1.7} aria-hidden="true" />} />
      <RailItem name="rotation" icon={<IconRotateClockwise2 size={17} stroke={1.7} aria-hidden="true" />}>
        <WaitingCount />
      </RailItem>
      <span className="grow" />
      <button type="button" className="rail-item" onClick={() => open({ kind: 'settings' })}>
        <IconSettings size={17} stroke={1.7} aria-hidden="true" />
        <span>Settings</span>
      </button>
    </nav>
  );
}

const WORDS: Readonly<Record<ScreenName, string>> = {
  secrets: 'Secrets',
  apps: 'Apps',
  keycards: 'Keycards',
  databases: 'Databases',
  rotation: 'Rotation',
};

function RailItem(props: {
  readonly name: ScreenName;
  readonly icon: ReactNode;
  readonly children?: ReactNode;
}) {
  const { screen, go } = useNavigation();
  return (
    <button
      type="button"
      className="rail-item"
      aria-current={screen === props.name ? 'page' : undefined}
      onClick={() => go(props.name)}
    >
      {props.icon}
      <span className="grow">{WORDS[props.name]}</span>
      {props.children}
    </button>
  );
}

function LiveCount() {
  const now = useNow();
  const keycards = valueOr(
    useKeycards((store) => store.list),
    [],
  );
  const stuck = keycards.filter((keycard) => isStillAlive(keycard, now)).length;
  const live = keycards.filter((keycard) => isLive(keycard)).length;
  if (stuck > 0) return <Count alarm number={stuck} words={`${stuck} should be dead, and still alive`} />;
  return live > 0 ? <Count number={live} words={`${live} live`} /> : null;
}

function WaitingCount() {
  const now = useNow(5000);
  const rotations = valueOr(
    useRotations((store) => store.list),
    [],
  );
  const waiting = rotations.filter((rotation) => needsLook(rotation, now)).length;
  if (waiting === 0) return null;
  return <Count alarm number={waiting} words={`${waiting} held up or waiting for a person`} />;
}

/** A number beside a screen's name; a screen reader hears what it counts. */
function Count(props: { readonly number: number; readonly words: string; readonly alarm?: boolean }) {
  return (
    <span className={props.alarm ? 'rail-count rail-alarm' : 'rail-count'} title={props.words}>
      <span aria-hidden="true">
        {props.alarm && '◆ '}
        {props.number}
      </span>
      <VisuallyHidden>{props.words}</VisuallyHidden>
    </span>
  );
}
