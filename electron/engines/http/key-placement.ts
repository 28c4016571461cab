import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';

/** How the real key is added to a request. */
export const keyPlacement = z.discriminatedUnion('auth', [
  /** `Authorization: Bearer {{key}}` and its like. */
  z.strictObject({ auth: z.literal('header'), header: z.string(), template: z.string() }),
  /** RFC 7617. Without a user name the key is the name and the password is empty. */
  z.strictObject({ auth: z.literal('basic'), username: z.string() }),
  z.strictObject({ auth: z.literal('query'), parameter: z.string() }),
]);
export type KeyPlacement = z.output<typeof keyPlacement>;

/** Framing and addressing are for the proxy to write, and for nobody else. */
const NEVER =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|keep-alive|expect|cookie|accept-encoding|range)$/i;
const TOKEN = /^[!#$%&'*+.^`|~\w-]+$/;
const FIELD_VALUE = /^[\x20-\x7e]+$/;

/** Throws `invalid-request` for a placement that could break the request around it. */
export function checkPlacement(placement: KeyPlacement): void {
  const refuse = (words: string): never => {
    throw new KeywardenError('invalid-request', words);
  };
  switch (placement.auth) {
    case 'header':
      if (!TOKEN.test(placement.header) || NEVER.test(placement.header))
        refuse('header: not a name of a header that can carry a key');
      if (placement.template.split('{{key}}').length !== 2 || !FIELD_VALUE.test(placement.template))
        refuse('template: must have {{key}} in it once, and nothing that is not printable');
      return;
    case 'basic':
      if (placement.username.includes(':') || !/^[\x20-\x7e]*$/.test(placement.username))
        refuse('username: not one that basic authentication can carry');
      return;
    case 'query':
      if (!/^[\w.~-]+$/.test(placement.parameter))
        refuse('query_parameter: may hold letters, digits, dots, dashes and underscores');
      return;
    default:
      placement satisfies never;
  }
}

/** The header that carries the key; undefined where a query does. */
export function keyHeader(placement: KeyPlacement, key: string): readonly [string, string] | undefined {
  switch (placement.auth) {
    case 'header':
      return [placement.header, placement.template.replace('{{key}}', () => key)];
    case 'basic':
      return ['Authorization', `Basic ${Buffer.from(basicPair(placement, key)).toString('base64')}`];
    case 'query':
      return undefined;
    default:
      return placement satisfies never;
  }
}

/** What an upstream may echo: the key itself, and whatever else it travels in. */
export function spellingsOfKey(placement: KeyPlacement, key: string): readonly string[] {
  return placement.auth === 'basic' ? [key, basicPair(placement, key)] : [key];
}

function basicPair({ username }: Extract<KeyPlacement, { auth: 'basic' }>, key: string): string {
  return username === '' ? `${key}:` : `${username}:${key}`;
}
