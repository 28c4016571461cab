import { Button, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { now } from './ticker.ts';
import { toastProblem } from './toast.tsx';
import { useAction } from './use-action.ts';

interface CopyButtonProps {
  /** What it is called: `Copy password`. */
  readonly label: string;
  /** Shown on the button when that differs from the label. */
  readonly short?: string;
  /** Copies without showing; gives when the clipboard is cleared, or null for what needs no clearing. */
  readonly copy: () => Promise<number | null>;
  readonly variant?: 'default' | 'subtle' | 'light' | 'filled';
  readonly size?: 'xs' | 'sm';
}

/** Copies something and says for how long it stays on the clipboard. */
export function CopyButton({ label, short, copy, variant = 'default', size = 'sm' }: CopyButtonProps) {
  const [done, setDone] = useState<string | null>(null);
  const action = useAction(async () => {
    const clearsAt = await copy();
    const seconds = clearsAt === null ? null : Math.max(1, Math.round((clearsAt - now()) / 1000));
    setDone(seconds === null ? 'Copied' : `Copied for ${seconds} s`);
  });
  useEffect(() => {
    if (done === null) return;
    const timer = setTimeout(() => setDone(null), 2500);
    return () => clearTimeout(timer);
  }, [done]);
  const words = action.problem?.words;
  useEffect(() => {
    if (words) toastProblem(words);
  }, [words]);
  const Icon = done === null ? IconCopy : IconCheck;
  return (
    <Tooltip label={label} disabled={!short}>
      <Button
        variant={variant}
        size={size}
        onClick={action.run}
        aria-label={done === null ? label : `${done}: ${label}`}
        leftSection={<Icon size={15} aria-hidden="true" />}
      >
        <span aria-live="polite">{done ?? short ?? label}</span>
      </Button>
    </Tooltip>
  );
}
