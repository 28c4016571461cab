import { z } from 'zod';
import { jsonFileWriter, readJsonFile } from './json-file.ts';

const shape = z.object({
  /** Absent until the person has moved it: the system then chooses the place. */
  position: z.object({ x: z.number().int(), y: z.number().int() }).nullable(),
  width: z.number().int().min(400).max(20_000),
  height: z.number().int().min(300).max(20_000),
  maximized: z.boolean(),
});
/** Where the window was and how large. */
export type WindowState = z.output<typeof shape>;

const DEFAULT: WindowState = { position: null, width: 1280, height: 820, maximized: false };

/** A rectangle of the desktop. */
interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Remembers the window between runs. */
export interface WindowStateStore {
  current(): WindowState;
  /** Never fails: a window that opens elsewhere next time is no reason to stop what is being done. */
  remember(state: WindowState): Promise<void>;
}

/** Loads the last state; a place that no screen shows any more is dropped, its size kept. */
export async function openWindowState(file: string, screens: readonly Area[]): Promise<WindowStateStore> {
  let state = visible(await readJsonFile(file, shape, DEFAULT), screens);
  const write = jsonFileWriter(file);
  return {
    current: () => state,
    async remember(next) {
      state = next;
      await write(next).catch(() => undefined);
    },
  };
}

function visible(state: WindowState, screens: readonly Area[]): WindowState {
  if (state.position === null) return state;
  const { x, y } = state.position;
  const isShown = screens.some(
    (area) =>
      x < area.x + area.width - 100 &&
      x + state.width > area.x + 100 &&
      y >= area.y - 10 &&
      y < area.y + area.height - 50,
  );
  return isShown ? state : { ...state, position: null };
}
