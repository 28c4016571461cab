/**
 * User names for credentials, as Vault's `username_template` makes them. Whatever a template says, a name holds
 * `[A-Za-z0-9_.-]` alone, so that nothing a caller chose reaches into a statement or a path, and enough random text to have
 * been nobody else's name ever.
 */
import type { RandomBytes } from '../../vault/ports.ts';
import { randomBase62, randomUuid } from '../random-text.ts';
import { fillTemplate, sha256Hex } from './fill-template.ts';
import { parseTemplate, refused } from './parse-template.ts';

/** Vault's form: `v-<who>-<role>-<20 random>-<seconds>`. */
export const USUAL_TEMPLATE =
  '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 8) (.RoleName | truncate 8) (random 20) (unix_time) }}';

/** What a name is made for. */
export interface UsernameOrder {
  readonly template: string;
  readonly displayName: string;
  readonly roleName: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly random: RandomBytes;
  /** Characters that the server takes, at most 63. */
  readonly longest: number;
}

/** 47 bits: among a million names of one server the chance of two alike is one in a hundred million. */
const LEAST_RANDOM = 8;
const MARK = '\u0001';

/** Makes a name. Throws `invalid-request` for a template that cannot be read, or whose random text does not survive. */
export function makeUsername(order: UsernameOrder): string {
  const template = parseTemplate(order.template);
  const fields = { DisplayName: order.displayName, RoleName: order.roleName };
  const sources = { fields, now: order.now };
  const shown = fillTemplate(template, {
    ...sources,
    random: (length) => MARK.repeat(length),
    uuid: () => MARK.repeat(32),
    sha256: (text) => (text.includes(MARK) ? MARK.repeat(64) : sha256Hex(text)),
  }).slice(0, order.longest);
  if (shown.split(MARK).length - 1 < LEAST_RANDOM) {
    throw refused(
      `must leave at least ${LEAST_RANDOM} random characters within ${order.longest}: put {{random 20}} in it`,
    );
  }
  const name = fillTemplate(template, {
    ...sources,
    random: (length) => randomBase62(length, order.random),
    uuid: () => randomUuid(order.random),
    sha256: sha256Hex,
  });
  return name.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, order.longest);
}

/** Reads a template as it is configured. Throws `invalid-request`. */
export function checkUsernameTemplate(template: string, longest: number, random: RandomBytes): void {
  makeUsername({ template, longest, random, now: 0, displayName: 'token', roleName: 'role' });
}
