import type { MantineColorSchemeManager } from '@mantine/core';

/** Keeps nothing: the preference lives with the main process, and the window stores nothing of its own. */
export const memoryColorScheme: MantineColorSchemeManager = {
  get: (fallback) => fallback,
  set: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};
