import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { parseCron } from '../../core/rotation/cron.ts';
import type { RotationPolicy } from '../../core/rotation/rotation-policy.ts';

/** Seconds. Vault's own limits. */
const LEAST = { period: 5, window: 3600 };

/** When to rotate, in Vault's fields; undefined where nothing is said. Throws `invalid-request` in Vault's words. */
export function policyOf(input: {
  readonly rotation_period?: number | undefined;
  readonly rotation_schedule?: string | undefined;
  readonly rotation_window?: number | undefined;
}): RotationPolicy | undefined {
  const period = input.rotation_period ?? 0;
  const schedule = input.rotation_schedule ?? '';
  const window = input.rotation_window ?? 0;
  if (period !== 0 && schedule !== '') {
    throw refused(
      'mutually exclusive fields rotation_period and rotation_schedule were both specified; only one of them can be provided',
    );
  }
  if (window !== 0 && schedule === '')
    throw refused('rotation_window is invalid with use of rotation_period');
  if (period !== 0 && period < LEAST.period) throw refused('rotation_period must be 5 seconds or more');
  if (window !== 0 && window < LEAST.window) throw refused('rotation_window must be 3600 seconds or more');
  if (schedule !== '') parseCron(schedule);
  return period === 0 && schedule === '' ? undefined : { period, jitter: 0, schedule, window };
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
