import { describe, expect, test } from 'vitest';
import { rotationDeadlines } from '../../../electron/core/rotation/rotation-deadlines.ts';
import type { ReadDb } from '../../../electron/vault/state-db.ts';

const DUE_AT = 1_700_000_000_000;
const random = (length: number) => new Uint8Array(length);
const db = { get: () => ({ at: DUE_AT }) } as unknown as ReadDb;

const nextAt = (now: number, trusted: number) =>
  rotationDeadlines({ clock: { now: () => now, after: () => () => {} }, random }, () => trusted).next(db);

describe('when rotations are looked at next', () => {
  test('a pass that came a hair before the deadline looks again at once', () => {
    expect(nextAt(DUE_AT, DUE_AT)).toBe(DUE_AT);
    expect(nextAt(DUE_AT + 1, DUE_AT + 1)).toBe(DUE_AT);
  });

  test('what only a clock that jumped has made due waits for half a minute', () => {
    const jumped = DUE_AT + 3_600_000;
    expect(nextAt(jumped, DUE_AT - 1)).toBe(jumped + 30_000);
  });
});
