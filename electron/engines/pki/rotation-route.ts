import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseCount, looseText, ttlField, withDefault } from '../../core/fields.ts';
import { parseCron } from '../../core/rotation/cron.ts';
import { registerRotation, removeRotation } from '../../core/rotation/plan-rotation.ts';
import { findRotationOf } from '../../core/rotation/rotation-rows.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn } from '../../core/turn.ts';
import { awaitedRequest, forgetAwaited } from './awaited-certificate.ts';
import { CA_SUBJECT, type CaRotationData, MOST_CROSSINGS } from './ca-rotation.ts';
import { pointsAtDefaultList } from './config-routes.ts';
import { requireIssuer } from './issuer.ts';
import { keyBits } from './private-key.ts';

const LEAST_PERIOD = 3600;
const seconds = withDefault(ttlField, 0);

/** `config/rotation`, ours: the key of the mount's default CA is replaced now and then, or when somebody asks for it. */
export const caRotationRoute: Route = {
  pattern: 'config/rotation',
  help: 'Replaces the key of the default CA now and then. A former root vouches for the new one; a CA that another one signs asks for it: csr is then here.',
  operations: {
    read: handler({
      input: z.object({}),
      decide(turn): Decision {
        const rotation = findRotationOf(turn.db, turn.mount.uuid, CA_SUBJECT);
        if (!rotation) throw new KeywardenError('not-found');
        const { period, schedule, window, jitter } = rotation.policy;
        const terms = rotation.data as unknown as CaRotationData;
        const csr = rotation.state === 'asking' ? awaitedRequest(turn) : undefined;
        const data = {
          rotation_id: rotation.id,
          rotation_period: period,
          rotation_schedule: schedule,
          rotation_window: window,
          rotation_jitter: jitter,
          ttl: terms.ttl,
          overlap: terms.overlap,
          key_type: terms.keyType,
          key_bits: terms.keyBits,
          state: rotation.state,
          ...(csr === undefined ? {} : { csr }),
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
        ttl: seconds,
        overlap: seconds,
        key_type: withDefault(z.enum(['', 'rsa', 'ec', 'ed25519']), ''),
        key_bits: withDefault(looseCount, 0),
      }),
      decide(turn, input): Decision {
        requireIssuer(turn);
        const { rotation_period: period, rotation_schedule: schedule } = input;
        if (schedule === '' && period > 0 && period < LEAST_PERIOD) {
          throw new KeywardenError('invalid-request', 'rotation_period must be an hour or more');
        }
        if (schedule !== '') parseCron(schedule);
        if (input.key_type === '' && input.key_bits !== 0) {
          throw new KeywardenError('invalid-request', 'key_bits needs a key_type');
        }
        const keyType = input.key_type;
        const data = {
          ttl: input.ttl,
          overlap: input.overlap,
          keyType,
          keyBits: keyType === '' ? 0 : keyBits(keyType, input.key_bits),
        };
        const { id, changes } = registerRotation(turn, {
          subject: CA_SUBJECT,
          kind: 'pki-ca',
          path: 'cert/ca',
          data,
          policy: { period, schedule, window: input.rotation_window, jitter: input.rotation_jitter },
        });
        const warnings = warningsFor(turn, period, input.overlap);
        return { kind: 'reply', changes, reply: { data: { rotation_id: id }, warnings } };
      },
    }),
    delete: handler({
      input: z.object({}),
      decide: (turn): Decision => ({
        kind: 'reply',
        changes: [...removeRotation(turn.db, turn.mount.uuid, CA_SUBJECT), ...forgetAwaited(turn)],
        reply: {},
      }),
    }),
  },
};

function warningsFor(turn: ReadTurn, period: number, overlap: number): readonly string[] {
  const warnings: string[] = [];
  if (pointsAtDefaultList(turn)) {
    warnings.push(
      'config/urls sends clients to the list of the default CA, which is another list after a rotation: let crl_distribution_points end in issuer/{{issuer_id}}/crl/der, with enable_templating',
    );
  }
  const { notBefore, notAfter } = requireIssuer(turn).certificate;
  if (period > 0 && (overlap || (notAfter - notBefore) / 1000) / period > MOST_CROSSINGS) {
    warnings.push(
      `so often, more than ${MOST_CROSSINGS} former roots would vouch for a new one at a time, and it would have to wait: choose an overlap, as the time by which every client has heard of the new root`,
    );
  }
  return warnings;
}
