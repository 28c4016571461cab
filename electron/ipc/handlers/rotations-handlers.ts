import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { IpcInput, IpcOutput } from '../../../shared/ipc/contract.ts';
import type { ROTATIONS_METHODS } from '../../../shared/ipc/methods/rotations-methods.ts';
import { dataOf } from '../answer.ts';
import type { Desk } from '../desk.ts';
import { listRotations, readRotation } from '../rotation-answer.ts';
import type { Handlers } from '../router.ts';

/** As many records are looked through as one page holds, and as many results shown. */
const HISTORY = { page: 200, shown: 10 };
const EVENT_OF: Readonly<Record<string, IpcOutput<'rotations.history'>['events'][number]['kind']>> = {
  'rotations/finished@1': 'rotated',
  'rotations/given-up@1': 'given-up',
  'rotations/retired@1': 'retired',
};
const records = z.object({
  records: z.array(z.object({ time: z.string(), path: z.string(), changes: z.array(z.string()) })),
});
const registered = z.object({ id: z.string() });

/** What gets a new value now and then: how it stands, and the levers for it. */
export function rotationsHandlers({ ask }: Desk): Pick<Handlers, keyof typeof ROTATIONS_METHODS> {
  const show = async (id: string) => ({ rotation: (await readRotation(ask, id)).rotation });

  /** Held up is an answer too: it is tried until it is done, and shown with its reason. */
  const outcome = async (id: string, asked: Promise<unknown>): Promise<IpcOutput<'rotations.rotate'>> => {
    try {
      await asked;
      return { rotated: true, ...(await show(id)) };
    } catch (error) {
      if (!(error instanceof KeywardenError) || error.code !== 'rotation-pending') throw error;
      return { rotated: false, ...(await show(id)) };
    }
  };

  return {
    'rotations.list': async () => ({ rotations: await listRotations(ask) }),

    'rotations.history': async ({ id }) => {
      const { rotation } = await readRotation(ask, id);
      const pages = await Promise.all(
        // What changes what is read is recorded there, the rest under the rotation's own path.
        [rotation.path, `sys/rotations/${id}`].map(async (path) => {
          const query = { operation: 'rotate', path_prefix: path, limit: HISTORY.page };
          const page = dataOf(await ask('read', 'sys/internal/records', query), records);
          return page.records.filter((record) => record.path === path);
        }),
      );
      const events = pages.flat().flatMap(({ time, changes }) =>
        changes.flatMap((type) => {
          const kind = EVENT_OF[type];
          return kind === undefined ? [] : [{ at: Date.parse(time), kind }];
        }),
      );
      return { events: events.sort((a, b) => b.at - a.at).slice(0, HISTORY.shown) };
    },

    'rotations.rotate': ({ id }) => outcome(id, ask('update', `sys/rotations/${id}/rotate`)),

    'rotations.pause': async ({ id, paused }) => {
      await ask('update', `sys/rotations/${id}/${paused ? 'pause' : 'resume'}`);
      return show(id);
    },

    'rotations.bring': async ({ id, value }) => {
      const { rotation, mount } = await readRotation(ask, id);
      if (rotation.secret === null || rotation.how !== 'person') {
        throw new KeywardenError('invalid-request', 'Its value is not a person’s to bring.');
      }
      const { path, field } = rotation.secret;
      return outcome(id, ask('update', `${mount}rotate/${path}`, { data: { [field]: value } }));
    },

    'rotations.write': async (input) => {
      const { id } = dataOf(
        await ask('update', `secret/rotation/${input.path}`, fieldsOf(input)),
        registered,
      );
      return show(id);
    },

    'rotations.remove': async ({ path }) => {
      await ask('delete', `secret/rotation/${path}`);
      return {};
    },
  };
}

function fieldsOf({ field, periodSeconds, way }: IpcInput<'rotations.write'>): Record<string, unknown> {
  // A schedule that was set elsewhere would count besides the period.
  const common = { field, rotation_period: periodSeconds, rotation_schedule: '', rotation_window: 0 };
  if (way.kind === 'keep') return common;
  const { kind, ...rest } = way;
  return { ...common, ...rest, kind, ...(kind === 'generator' && { hook: '' }) };
}
