import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { maybe, ttlField } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import { LEASES_CONFIGURED } from './rabbitmq-changes.ts';
import { leaseConfig } from './rabbitmq-rows.ts';

/** `config/lease`: how long users live, at most. */
export const leaseConfigRoute: Route = {
  pattern: 'config/lease',
  help: 'How long users live, and at most; seconds, 0 meaning what the mount says.',
  operations: {
    read: handler({
      input: z.object({}),
      decide: (turn): Decision => {
        const { ttl, maxTtl } = leaseConfig(turn.db, turn.mount.uuid);
        return { kind: 'reply', reply: { data: { ttl, max_ttl: maxTtl } } };
      },
    }),
    update: handler({
      input: z.object({ ttl: maybe(ttlField), max_ttl: maybe(ttlField) }),
      decide: (turn, input): Decision => {
        const { ttl = 0, max_ttl: maxTtl = 0 } = input;
        if (maxTtl > 0 && ttl > maxTtl) {
          throw new KeywardenError('invalid-request', 'ttl may not be longer than max_ttl');
        }
        return {
          kind: 'reply',
          changes: [LEASES_CONFIGURED.make({ mount: turn.mount.uuid, ttl, maxTtl })],
          reply: {},
        };
      },
    }),
  },
};
