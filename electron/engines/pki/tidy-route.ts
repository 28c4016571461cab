import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { maybe, ttlField, withDefault } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import { CERTIFICATES_TIDIED, PKI_CONFIGURED } from './pki-changes.ts';
import { type OfMount, readSettings } from './read-settings.ts';

const flag = withDefault(looseBoolean, false);
const USUAL_BUFFER = 72 * 3600;
const LEAST_INTERVAL = 60;

/** How a mount is tidied by itself. Seconds. */
export interface AutoTidy {
  readonly enabled: boolean;
  readonly interval: number;
  readonly certStore: boolean;
  readonly revoked: boolean;
  /** So long after their end certificates are forgotten. */
  readonly safetyBuffer: number;
}

/** As it stands: unless told otherwise, certificates are forgotten three days after their end. */
export function readAutoTidy(of: OfMount): AutoTidy {
  const usual = {
    enabled: true,
    interval: 12 * 3600,
    certStore: true,
    revoked: true,
    safetyBuffer: USUAL_BUFFER,
  };
  return { ...usual, ...readSettings<AutoTidy>(of, 'auto-tidy') };
}

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

/** `config/auto-tidy`: the same by itself. Unlike in Vault it is on until somebody turns it off. */
export const autoTidyRoute: Route = {
  pattern: 'config/auto-tidy',
  help: 'Forgets certificates by itself, some time after their end. On, unless somebody turns it off.',
  operations: {
    read: handler({
      input: z.object({}),
      decide: (turn): Decision => ({ kind: 'reply', reply: { data: show(readAutoTidy(turn)) } }),
    }),
    update: handler({
      input: z.object({
        enabled: maybe(looseBoolean),
        interval_duration: maybe(ttlField),
        tidy_cert_store: maybe(looseBoolean),
        tidy_revoked_certs: maybe(looseBoolean),
        safety_buffer: maybe(ttlField),
      }),
      decide(turn, input): Decision {
        const before = readAutoTidy(turn);
        const settings: AutoTidy = {
          enabled: input.enabled ?? before.enabled,
          interval: input.interval_duration ?? before.interval,
          certStore: input.tidy_cert_store ?? before.certStore,
          revoked: input.tidy_revoked_certs ?? before.revoked,
          safetyBuffer: input.safety_buffer ?? before.safetyBuffer,
        };
        if (settings.interval < LEAST_INTERVAL)
          throw new KeywardenError('invalid-request', 'interval_duration must be a minute or more');
        const changed = PKI_CONFIGURED.make({
          mount: turn.mount.uuid,
          name: 'auto-tidy',
          settings: { ...settings },
        });
        return { kind: 'reply', changes: [changed], reply: { data: show(settings) } };
      },
    }),
  },
};

function show(settings: AutoTidy): Record<string, unknown> {
  return {
    enabled: settings.enabled,
    interval_duration: settings.interval,
    tidy_cert_store: settings.certStore,
    tidy_revoked_certs: settings.revoked,
    safety_buffer: settings.safetyBuffer,
  };
}
