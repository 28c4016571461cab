import { randomBase62 } from '../../core/random-text.ts';
import type { RandomBytes } from '../../vault/ports.ts';

const PART = 8;
const LONGEST = 63;

/**
 * A user name that was never used before, in Vault's form: `v-<who>-<role>-<20 random>-<seconds>`, of `[A-Za-z0-9_.-]` alone, so
 * that nothing a caller chose can reach into a statement. `now` in milliseconds since 1970.
 */
export function newUserName(displayName: string, role: string, now: number, random: RandomBytes): string {
  const part = (text: string) => text.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, PART);
  const seconds = Math.floor(now / 1000);
  return `v-${part(displayName)}-${part(role)}-${randomBase62(20, random)}-${seconds}`.slice(0, LONGEST);
}
