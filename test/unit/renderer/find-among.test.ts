import { describe, expect, test } from 'vitest';
import { type Finding, findAmong } from '../../../renderer/features/palette/find-among.ts';

const finding = (name: string, kind = 'Secret'): Finding => ({
  id: `${kind}:${name}`,
  name,
  kind,
  mono: false,
  icon: null,
  run: () => undefined,
});
const all = [finding('old-mail'), finding('shop/mail'), finding('mail'), finding('orders-api', 'App')];
const names = (words: string): string[] => findAmong(all, words).map((one) => one.name);

describe('the palette', () => {
  test('shows everything while nothing is typed', () => {
    expect(names('  ')).toHaveLength(4);
  });

  test('the name that starts with the word comes first', () => {
    expect(names('mail')[0]).toBe('mail');
  });

  test('every word must be there, in the name or the kind', () => {
    expect(names('app orders')).toEqual(['orders-api']);
    expect(names('app mail')).toEqual([]);
  });

  test('letters that mean something in patterns are only letters', () => {
    expect(names('(')).toEqual([]);
  });
});
