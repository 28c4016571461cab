import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, ttlField, withDefault } from '../../core/fields.ts';
import { parseCron } from '../../core/rotation/cron.ts';
import { beginFirstRotation, registerRotation, removeRotation } from '../../core/rotation/plan-rotation.ts';
import { awaitingRotation } from '../../core/rotation/rotation-routes.ts';
import { findRotationOf } from '../../core/rotation/rotation-rows.ts';
import { handler, type Route } from '../../core/route.ts';
import { CA_SUBJECT } from './ca-rotation.ts';
import { findNextKey, requireAuthority } from './ssh-authority.ts';

const LEAST_PERIOD = 3600;
const seconds = withDefault(ttlField, 0);

/** `config/rotation`, ours: the authority's key is replaced now and then. */
export const caRotationRoute: Route = {
  pattern: 'config/rotation',
  help: 'Replaces the CA key now and then. public_key shows the next key a whole period before it signs: fetch it at least as often.',
  operations: {
    read: handler({
      input: z.object({}),
      decide(turn): Decision {
        const rotation = findRotationOf(turn.db, turn.mount.uuid, CA_SUBJECT);
        if (!rotation) throw new KeywardenError('not-found');
        const { period, schedule, window, jitter } = rotation.policy;
        const data = {
          rotation_id: rotation.id,
          rotation_period: period,
          rotation_schedule: schedule,
          rotation_window: window,
          rotation_jitter: jitter,
          next_public_key: findNextKey(turn)?.publicKey ?? '',
        };
        return { kind: 'reply', reply: { data } };
      },
    }),
    update: handler({
      input: z.object({
        rotation_period: seconds,
        rotation_schedule: withDefault(looseText, ''),
        rotation_window: seconds,
        rotation_jitter: seconds,
      }),
      decide(turn, input): Decision {
        requireAuthority(turn);
        const period = input.rotation_period;
        const schedule = input.rotation_schedule;
        if (period === 0 && schedule === '') {
          throw new KeywardenError('invalid-request', 'rotation_period or rotation_schedule must be given');
        }
        if (schedule === '' && period < LEAST_PERIOD) {
          throw new KeywardenError('invalid-request', 'rotation_period must be an hour or more');
        }
        if (schedule !== '') parseCron(schedule);
        const known = findRotationOf(turn.db, turn.mount.uuid, CA_SUBJECT);
        const { id, changes } = registerRotation(turn, {
          subject: CA_SUBJECT,
          kind: 'ssh-ca',
          path: 'public_key',
          data: {},
          policy: { period, schedule, window: input.rotation_window, jitter: input.rotation_jitter },
        });
        if (known) return { kind: 'reply', changes, reply: {} };
        return awaitingRotation(turn, id, [...changes, ...beginFirstRotation(id, turn.requestId)]);
      },
    }),
    delete: handler({
      input: z.object({}),
      decide: (turn): Decision => ({
        kind: 'reply',
        changes: removeRotation(turn.db, turn.mount.uuid, CA_SUBJECT),
        reply: {},
      }),
    }),
  },
};
