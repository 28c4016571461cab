import { Menu } from '@mantine/core';
import { type MouseEvent, type ReactNode, useState } from 'react';

/** One thing that can be done with what was clicked. */
export interface ContextChoice {
  readonly label: string;
  readonly run: () => void;
  readonly destructive?: boolean;
}

interface Opened {
  readonly x: number;
  readonly y: number;
  readonly choices: readonly ContextChoice[];
}

/** A menu at the pointer. Everything in it can be reached by keyboard elsewhere. */
export function useContextMenu(): {
  readonly menu: ReactNode;
  readonly openAt: (event: MouseEvent, choices: readonly ContextChoice[]) => void;
} {
  const [opened, setOpened] = useState<Opened | null>(null);
  const openAt = (event: MouseEvent, choices: readonly ContextChoice[]): void => {
    event.preventDefault();
    setOpened({ x: event.clientX, y: event.clientY, choices });
  };
  const menu = opened && (
    <Menu opened onClose={() => setOpened(null)} position="bottom-start" offset={2} withinPortal shadow="md">
      <Menu.Target>
        <span style={{ position: 'fixed', left: opened.x, top: opened.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown>
        {opened.choices.map(({ label, run, destructive }) => (
          <Menu.Item key={label} onClick={run} {...(destructive && { color: 'danger' })}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
  return { menu, openAt };
}
