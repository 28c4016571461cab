import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newUserName } from '../../../electron/engines/database/user-name.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));

it('whatever the caller is called, a user name is of the safe charset and fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (who, role) => {
      expect(newUserName(who, role, 1_700_000_000_000, random)).toMatch(/^v-[A-Za-z0-9_.-]{1,61}$/);
    }),
  );
});

it('no two are the same', () => {
  const names = Array.from({ length: 100 }, () => newUserName('app', 'readonly', 0, random));
  expect(new Set(names).size).toBe(100);
});
