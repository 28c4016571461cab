import type { IncomingMessage } from 'node:http';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { KEYCARD_WITHIN } from '../core/keycard-text.ts';

const BASIC = /^basic +([\w+/=-]+) *$/i;
const MARK = 'hvk.';

/**
 * The keycard that a request shows wherever its client keeps an API key: in any header, within basic authentication, or in
 * the query. Throws `invalid-request` where there are several.
 */
export function shownKeycard({ rawHeaders, url = '' }: IncomingMessage): string | undefined {
  const found = new Set<string>();
  // Values stand at odd places.
  for (let at = 1; at < rawHeaders.length; at += 2) {
    const keycard = keycardIn(rawHeaders[at] ?? '');
    if (keycard !== undefined) found.add(keycard);
  }
  const inUrl = url.includes(MARK) ? KEYCARD_WITHIN.exec(url.slice(url.indexOf('?') + 1))?.[0] : undefined;
  if (inUrl !== undefined && url.includes('?')) found.add(inUrl);
  if (found.size > 1) throw new KeywardenError('invalid-request', 'more than one keycard was shown');
  return found.values().next().value;
}

/** The keycard within the value of a header. */
export function keycardIn(value: string): string | undefined {
  if (value.includes(MARK)) return KEYCARD_WITHIN.exec(value)?.[0];
  const basic = BASIC.exec(value)?.[1];
  return basic === undefined
    ? undefined
    : KEYCARD_WITHIN.exec(Buffer.from(basic, 'base64').toString('latin1'))?.[0];
}
