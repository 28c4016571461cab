import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * An upstream's base URL as it is kept: https, or http on this machine's own loopback, where nobody listens in. Ends with a
 * slash. Throws `invalid-request`.
 */
export function parseBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && LOOPBACK.test(url.hostname))) {
    throw new KeywardenError('invalid-request', 'base_url: must be https, or http on the loopback');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new KeywardenError('invalid-request', 'base_url: no credentials, query or fragment');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
