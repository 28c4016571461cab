import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { type ManagementTarget, openApi } from './management-api.ts';

/**
 * Tries a user's password, as a stranger would. Who may not use the API is told so with 401 as well, after the password was
 * found right: that is no refusal. Throws `target-unavailable` where neither was said.
 */
export async function tryRabbitmqLogin(
  target: ManagementTarget,
  account: { readonly username: string; readonly password: string },
  signal: AbortSignal,
): Promise<'accepted' | 'refused'> {
  const { status, body } = await openApi({ ...target, ...account }, signal)('GET', 'whoami');
  const { error, reason } = (body ?? {}) as { readonly error?: unknown; readonly reason?: unknown };
  if (status === 200) return 'accepted';
  if (status !== 401) {
    throw new KeywardenError('target-unavailable', `the login was answered with ${status}`);
  }
  // A proxy in front of the server answers with 401 as well, and has looked at no password.
  if (!/^not_authori[sz]ed$/.test(String(error))) {
    throw new KeywardenError('target-unavailable', 'the login was answered by something else than RabbitMQ');
  }
  return /management|localhost/i.test(String(reason)) ? 'accepted' : 'refused';
}
