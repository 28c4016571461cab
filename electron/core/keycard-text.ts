/**
 * What a keycard that is itself the credential looks like: 128 bits that name its lease, then 190 that nobody guesses.
 * One look tells it from tokens and from other people's keys, wherever a client puts it.
 */
import type { RandomBytes } from '../vault/ports.ts';
import { randomBase62 } from './random-text.ts';

const SECRET_LETTERS = 32;
const WHOLE = /^hvk\.([0-9a-f]{32})([0-9A-Za-z]{32})$/;

/** A keycard anywhere in a text. */
export const KEYCARD_WITHIN = /\bhvk\.[0-9a-f]{32}[0-9A-Za-z]{32}\b/;

/** The part of a keycard that is its secret; the state knows its keyed hash alone. */
export function newKeycardSecret(random: RandomBytes): string {
  return randomBase62(SECRET_LETTERS, random);
}

/** The keycard of a lease, as its holder shows it. */
export function keycardText(nonce: string, secret: string): string {
  return `hvk.${nonce}${secret}`;
}

/** Takes a keycard apart; undefined for whatever else was shown. */
export function parseKeycard(text: string): { readonly nonce: string; readonly secret: string } | undefined {
  const [, nonce, secret] = WHOLE.exec(text) ?? [];
  return nonce === undefined || secret === undefined ? undefined : { nonce, secret };
}
