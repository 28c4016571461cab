import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  looseCount,
  looseText,
  looseTextMap,
  maybe,
  ttlField,
  withDefault,
} from '../../../electron/core/fields.ts';

const shape = z.object({
  text: maybe(looseText),
  count: withDefault(looseCount, 0),
  map: withDefault(looseTextMap, {}),
  ttl: withDefault(ttlField, 0),
});

test('absent and null fields take their defaults', () => {
  const defaults = { count: 0, map: {}, ttl: 0 };
  expect(shape.parse({})).toMatchObject(defaults);
  expect(shape.parse({ text: null, count: null, map: null, ttl: null })).toMatchObject(defaults);
});

test('fields are read as weakly as Vault reads them', () => {
  expect(shape.parse({ text: 7, count: '12', map: '{"a":1}', ttl: '1h30m', more: 1 })).toEqual({
    text: '7',
    count: 12,
    map: { a: '1' },
    ttl: 5400,
  });
});

test.each([{ count: 'x' }, { count: -1 }, { count: 1.5 }, { map: 'no json' }, { ttl: 'soon' }, { ttl: -1 }])(
  '%j is refused',
  (input) => {
    expect(shape.safeParse(input).success).toBe(false);
  },
);
