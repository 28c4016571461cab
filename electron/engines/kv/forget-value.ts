import type { Change } from '../../vault/change.ts';
import { FORGET_VALUE, type ValueHash } from '../../vault/vault.ts';

/** The change that erases a sealed value, if there is one left. */
export function forgetValue(hash: ValueHash | null): Change[] {
  return hash === null ? [] : [{ type: FORGET_VALUE, data: { hash } }];
}
