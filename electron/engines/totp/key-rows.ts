import type { LeaseTurn, ReadTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { FORGET_VALUE, type ValueContext, type ValueHash } from '../../vault/vault.ts';
import type { CodeTerms } from './time-code.ts';
import { TOTP_KEY_REMOVED } from './totp-changes.ts';

/** A key without its secret. */
export interface TotpKey extends CodeTerms {
  readonly id: string;
  readonly mount: string;
  readonly name: string;
  readonly issuer: string;
  readonly accountName: string;
  /** Steps before and after now whose codes are accepted too. */
  readonly skew: 0 | 1;
  /** -1: none yet. */
  readonly usedStep: number;
  /** Wrong codes in a row. */
  readonly misses: number;
  /** Milliseconds since 1970: no code is looked at before. */
  readonly closedUntil: number;
  readonly value: ValueHash;
}

type Reading = Pick<ReadTurn, 'db' | 'mount'>;

const COLUMNS = `id, mount, name, issuer, account_name AS accountName, algorithm, digits, period, skew,
  used_step AS usedStep, misses, closed_until AS closedUntil, value`;

/** The key of that name. */
export function findKey({ db, mount }: Reading, name: string): TotpKey | undefined {
  return db.get<TotpKey>(`SELECT ${COLUMNS} FROM totp_key WHERE mount = ? AND name = ?`, mount.uuid, name);
}

/** A mount's keys, sorted by name. */
export function keysOf({ db, mount }: Reading): readonly TotpKey[] {
  return db.all<TotpKey>(`SELECT ${COLUMNS} FROM totp_key WHERE mount = ? ORDER BY name`, mount.uuid);
}

/** What comes of a key's secret, which is gone again afterwards. */
export function withSecret<T>(
  turn: Pick<LeaseTurn, 'revealValue'>,
  key: TotpKey,
  use: (secret: Uint8Array) => T,
): T {
  const secret = turn.revealValue(key.value, secretContext(key));
  try {
    return use(secret);
  } finally {
    secret.fill(0);
  }
}

/** What a key's sealed secret is bound to. */
export function secretContext({ mount, id }: Pick<TotpKey, 'mount' | 'id'>): ValueContext {
  return { mount, owner: id, version: 1 };
}

/** The changes that remove a key for good. */
export function removingKey({ id, value }: TotpKey): readonly Change[] {
  return [TOTP_KEY_REMOVED.make({ id }), { type: FORGET_VALUE, data: { hash: value } }];
}
