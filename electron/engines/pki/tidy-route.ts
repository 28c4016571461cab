import { z } from 'zod';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { ttlField, withDefault } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import { CERTIFICATES_TIDIED } from './pki-changes.ts';

const flag = withDefault(looseBoolean, false);
const USUAL_BUFFER = 72 * 3600;

/** `tidy`: forgets certificates that have ended. */
export const tidyRoute: Route = {
  pattern: 'tidy',
  help: 'Forgets certificates that ended longer ago than the safety buffer (72h).',
  operations: {
    update: handler({
      input: z.object({
        tidy_cert_store: flag,
        tidy_revoked_certs: flag,
        tidy_revocation_list: flag,
        safety_buffer: withDefault(ttlField, USUAL_BUFFER),
      }),
      decide(turn, input): Decision {
        const tidied = CERTIFICATES_TIDIED.make({
          mount: turn.mount.uuid,
          endedBefore: turn.now - input.safety_buffer * 1000,
          valid: input.tidy_cert_store,
          revoked: input.tidy_revoked_certs || input.tidy_revocation_list,
        });
        return { kind: 'reply', changes: [tidied], reply: {} };
      },
    }),
  },
};
