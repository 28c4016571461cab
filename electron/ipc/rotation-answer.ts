import { z } from 'zod';
import type { Rotation } from '../../shared/ipc/methods/rotations-methods.ts';
import { rotation as shape } from '../../shared/ipc/methods/rotations-methods.ts';
import { dataOf, orNothing, wireInstant } from './answer.ts';
import type { Ask } from './desk.ts';

/** Where the Secrets screen looks. */
const SHOWN_MOUNT = 'secret/';

const instantOrNull = wireInstant.nullable();
const secretDetails = z.object({
  path: z.string(),
  field: z.string(),
  length: z.number(),
  charset: z.string(),
  hook: z.string(),
  instructions: z.string(),
});
const told = z.object({
  id: z.string(),
  mount: z.string(),
  path: z.string(),
  kind: z.string(),
  details: z.record(z.string(), z.unknown()),
  state: shape.shape.state,
  paused: z.boolean(),
  rotation_period: z.number(),
  rotation_jitter: z.number(),
  rotation_schedule: z.string(),
  rotation_window: z.number(),
  due_time: instantOrNull,
  started_time: instantOrNull,
  attempts: z.number(),
  reason: z.string().nullable(),
  next_try: instantOrNull,
  last_rotation: instantOrNull,
  last_result: shape.shape.lastResult,
  last_result_time: instantOrNull,
  last_reason: z.string().nullable(),
  proof: z.array(z.string()).nullable(),
  retire_by: instantOrNull,
});
type Told = z.output<typeof told>;
const listing = z.object({ keys: z.array(z.string()), key_info: z.record(z.string(), told) });

const KINDS: Readonly<Record<string, Pick<Rotation, 'what' | 'how'>>> = {
  'kv-generator': { what: 'secret', how: 'generator' },
  'kv-hook': { what: 'secret', how: 'hook' },
  'kv-person': { what: 'secret', how: 'person' },
  'database-static-role': { what: 'static-role', how: 'engine' },
  'database-root': { what: 'root-account', how: 'engine' },
  'transit-key': { what: 'key', how: 'engine' },
  'ssh-ca': { what: 'authority', how: 'engine' },
};

/** Everything that is rotated, the soonest due first. */
export async function listRotations(ask: Ask): Promise<Rotation[]> {
  const envelope = await orNothing(ask('list', 'sys/rotations'));
  if (!envelope) return [];
  const { keys, key_info: info } = dataOf(envelope, listing);
  return keys.flatMap((id) => (info[id] ? [asRotation(info[id])] : []));
}

/** One of them. Throws `not-found`. */
export async function readRotation(ask: Ask, id: string): Promise<{ rotation: Rotation; mount: string }> {
  const found = dataOf(await ask('read', `sys/rotations/${id}`), told);
  return { rotation: asRotation(found), mount: found.mount };
}

function asRotation(found: Told): Rotation {
  const { what, how } = KINDS[found.kind] ?? { what: 'other', how: 'engine' };
  const secret = what === 'secret' ? secretDetails.parse(found.details) : null;
  return {
    id: found.id,
    what,
    how,
    name: secret?.path ?? nameOf(found, what),
    path: found.path,
    secret: secret && { ...secret, isShown: found.mount === SHOWN_MOUNT },
    state: found.state,
    paused: found.paused,
    periodSeconds: found.rotation_period,
    jitterSeconds: found.rotation_jitter,
    schedule: found.rotation_schedule,
    windowSeconds: found.rotation_window,
    dueAt: found.due_time,
    startedAt: found.started_time,
    attempts: found.attempts,
    reason: found.reason,
    nextTryAt: found.next_try,
    lastRotatedAt: found.last_rotation,
    lastResult: found.last_result,
    lastResultAt: found.last_result_time,
    lastReason: found.last_reason,
    proof: found.proof ?? [],
    retireBy: found.retire_by,
  };
}

/** The last part of where it is read; an authority is its mount. */
function nameOf({ mount, path }: Told, what: Rotation['what']): string {
  return what === 'authority' ? mount.replace(/\/$/, '') : (path.split('/').at(-1) ?? path);
}
