import { z } from 'zod';
import { looseText } from '../../core/fields.ts';

/** Vault's `credential_config`, of which `password_policy` alone is of use: how long keys are is no matter of passwords. */
export const credentialConfig = z.preprocess(
  (given) => (typeof given === 'string' ? parseJson(given) : given),
  z.object({ password_policy: looseText.optional() }, { error: 'credential_config must be an object' }),
);

/** The same when it is read: nothing where there is nothing to say. */
export function showCredentialConfig(passwordPolicy: string): Record<string, unknown> {
  return passwordPolicy === '' ? {} : { credential_config: { password_policy: passwordPolicy } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
