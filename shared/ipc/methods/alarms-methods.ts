import { z } from 'zod';
import { instant } from '../fields.ts';
import { method, nothing } from '../method.ts';

/** Somebody came a second time with what opens once. */
const alarm = z.object({
  /** The wrapping token's accessor. */
  id: z.string(),
  /** What was in it: the path that it was asked from. */
  path: z.string(),
  /** The app whose way in it was. */
  app: z.string().nullable(),
  madeAt: instant,
  /** When it was used for the first time. */
  firstUsedAt: instant.nullable(),
  /** Whether the first use took out what was in it. */
  wasOpened: z.boolean(),
  secondUses: z.number().int(),
});

/** What somebody should look at. */
export const ALARMS_METHODS = {
  /** What somebody should look at and has not said to have seen. */
  'alarms.list': method(nothing, z.object({ alarms: z.array(alarm) })),
  /** It was looked at; one more use of the same tells it again. */
  'alarms.seen': method(z.strictObject({ id: z.string().min(1).max(256) }), z.object({})),
} as const;

export type Alarm = z.output<typeof alarm>;
