import { z } from 'zod';

/** What the main process tells the window unasked. It carries no values: the window asks anew for what it shows. */
export const ipcEvent = z.discriminatedUnion('kind', [
  /** The phase or the broker changed: ask `app.status`. */
  z.strictObject({ kind: z.literal('status') }),
  /** Committed changes touched these topics. */
  z.strictObject({
    kind: z.literal('changed'),
    topics: z.array(
      z.enum([
        'leases',
        'secrets',
        'apps',
        'databases',
        'rotations',
        'alarms',
        'logins',
        'policies',
        'tokens',
      ]),
    ),
  }),
  /** The clipboard was cleared, or is no longer ours. */
  z.strictObject({ kind: z.literal('clipboard'), clearsAt: z.number().nullable() }),
  /** A menu or accelerator asks for a screen or an action. */
  z.strictObject({
    kind: z.literal('command'),
    command: z.enum([
      'find',
      'new-secret',
      'secrets',
      'databases',
      'apps',
      'keycards',
      'rotation',
      'settings',
    ]),
  }),
  /** Something long is going on (starting the sample database). */
  z.strictObject({ kind: z.literal('progress'), job: z.enum(['sample']), step: z.string().max(200) }),
]);
export type IpcEvent = z.infer<typeof ipcEvent>;
