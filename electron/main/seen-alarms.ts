import { z } from 'zod';
import type { SeenAlarms } from '../ipc/desk.ts';
import { jsonFileWriter, readJsonFile } from './json-file.ts';

/** The vault forgets a used wrapping token after 32 days; nobody looks at more alarms than these in that time. */
const KEPT = 500;

/** Loads which alarms were looked at on this machine. */
export async function openSeenAlarms(file: string): Promise<SeenAlarms> {
  let seen = await readJsonFile(file, z.array(z.string()), []);
  const keep = jsonFileWriter(file);
  return {
    has: (key) => seen.includes(key),
    async add(key) {
      const next = [...seen.filter((one) => one !== key), key].slice(-KEPT);
      await keep(next);
      seen = next;
    },
  };
}
