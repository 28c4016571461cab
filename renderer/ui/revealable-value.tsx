import './revealable-value.css';
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Dots } from './dots.tsx';
import { Ring } from './ring.tsx';
import { now as clockNow, useNow } from './ticker.ts';
import { toastProblem } from './toast.tsx';
import { useAction } from './use-action.ts';

/** A revealed value hides itself after this long. */
const SHOWN_MS = 30_000;
/** A press longer than this is a hold: the value hides when it ends. */
const HOLD_MS = 350;

interface RevealableValueProps {
  readonly name: string;
  readonly reveal: () => Promise<string>;
}

/** A value as dots of constant length; a click shows it for 30 s, a hold while it lasts. */
export function RevealableValue({ name, reveal }: RevealableValueProps) {
  const [shown, setShown] = useState<{ readonly value: string; readonly until: number } | null>(null);
  const press = useRef({ at: 0, wasShown: false, isOver: false });
  const showing = useAction(async () => {
    const value = await reveal();
    // A hold that ended before the value came must not show it afterwards.
    if (press.current.isOver) return;
    setShown({ value, until: clockNow() + SHOWN_MS });
  });
  const hide = (): void => setShown(null);
  const release = (): void => {
    if (!press.current.wasShown && clockNow() - press.current.at <= HOLD_MS) return;
    press.current.isOver = true;
    hide();
  };
  const until = shown?.until;
  useEffect(() => {
    if (until === undefined) return;
    const timer = setTimeout(() => setShown(null), until - clockNow());
    // Nor may it stay on a window that nobody looks at.
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') setShown(null);
    };
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onHidden);
    };
  }, [until]);
  const words = showing.problem?.words;
  useEffect(() => {
    if (words) toastProblem(words);
  }, [words]);
  return (
    <span className="revealable grow">
      {shown ? (
        <span className="mono selectable revealable-value" data-revealed={name}>
          {shown.value}
        </span>
      ) : (
        <Dots />
      )}
      <span className="grow" />
      {shown && <HidesIn until={shown.until} />}
      <Tooltip label={shown ? 'Hide' : 'Click to show for 30 s, or hold'}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`${shown ? 'Hide' : 'Reveal'} ${name}`}
          onPointerDown={(event) => {
            // So that a hold also ends where the pointer has left the button.
            event.currentTarget.setPointerCapture(event.pointerId);
            press.current = { at: clockNow(), wasShown: shown !== null, isOver: false };
            if (!shown) showing.run();
          }}
          onPointerUp={release}
          onPointerCancel={release}
          onClick={(event) => {
            // A click without a pointer comes from the keyboard or a screen reader.
            if (event.detail !== 0) return;
            press.current = { at: clockNow(), wasShown: shown !== null, isOver: false };
            if (shown) hide();
            else showing.run();
          }}
        >
          {shown ? <IconEyeOff size={16} /> : <IconEye size={16} />}
        </ActionIcon>
      </Tooltip>
    </span>
  );
}

function HidesIn({ until }: { readonly until: number }) {
  const left = Math.min(SHOWN_MS, Math.max(0, until - useNow()));
  return (
    <span className="quiet tabular revealable-left" title="Hides itself">
      <Ring fraction={left / SHOWN_MS} size={14} tone="active" /> {Math.ceil(left / 1000)} s
    </span>
  );
}
