import { CONTRACT } from '../../shared/ipc/contract.ts';
import type { Preferences } from '../../shared/ipc/methods/app-methods.ts';
import { jsonFileWriter, readJsonFile } from './json-file.ts';

const DEFAULTS: Preferences = { theme: 'system', clipboardSeconds: 30, idleLockMinutes: 15 };

/** What the person has chosen for this machine. */
export interface PreferencesStore {
  current(): Preferences;
  write(preferences: Preferences): Promise<void>;
}

/** Loads the preferences from their file, or starts with the defaults. */
export async function openPreferences(file: string): Promise<PreferencesStore> {
  let preferences = await readJsonFile(file, CONTRACT['app.preferences'].output, DEFAULTS);
  const keep = jsonFileWriter(file);
  return {
    current: () => preferences,
    async write(next) {
      await keep(next);
      preferences = next;
    },
  };
}
