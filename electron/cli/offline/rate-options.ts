import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Rates } from '../../broker/rate-limits.ts';
import { type Invocation, type OptionSpec, optionText } from '../command.ts';

/** How often clients may ask; what is not given stays generous. SECURITY(B3) */
export const RATE_OPTIONS = {
  'rate-limit': {
    type: 'string',
    value: 'N',
    help: 'requests a second of one token (default: 50000; 0: no limit)',
  },
  'stranger-rate-limit': {
    type: 'string',
    value: 'N',
    help: 'requests a second without a known token, logins too, of one address (default: 2000; 0: no limit)',
  },
} as const satisfies Record<string, OptionSpec>;

/** The rates that the command line sets. Throws `usage`. */
export async function readRates(invocation: Invocation): Promise<Rates> {
  const { DEFAULT_RATES } = await import('../../broker/rate-limits.ts');
  return {
    identity: readRate(invocation, 'rate-limit') ?? DEFAULT_RATES.identity,
    stranger: readRate(invocation, 'stranger-rate-limit') ?? DEFAULT_RATES.stranger,
  };
}

function readRate(invocation: Invocation, name: keyof typeof RATE_OPTIONS): number | undefined {
  const text = optionText(invocation, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new KeywardenError('usage', `--${name} takes a whole number.`);
  return Number(text);
}
