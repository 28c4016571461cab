import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { doorReason } from '../../../renderer/features/apps/door-editor.tsx';
import { closed } from '../../../renderer/features/databases/closed-statement.ts';
import { partsOfUrl } from '../../../renderer/features/databases/connection-url.ts';
import { RANDOM_KINDS, randomValue } from '../../../renderer/features/secrets/random-value.ts';
import { fieldReason } from '../../../renderer/ui/field-reason.ts';
import { ttlOfText } from '../../../renderer/ui/ttl-field.tsx';
import { plainName, secretPath } from '../../../shared/ipc/fields.ts';

describe('what is typed is checked before it is sent', () => {
  test.each([
    [plainName, '', 'This is needed.'],
    [plainName, 'a b', 'Use letters, digits, dot, dash and underscore.'],
    [plainName, 'x'.repeat(65), 'At most 64 characters.'],
    [secretPath, 'a//b', 'Use names separated by single slashes.'],
    [secretPath, 'a/../b', 'No . or .. as a name.'],
    [secretPath, 'shop/live', null],
  ])('the reason is in plain words', (schema, text, reason) => {
    expect(fieldReason(schema, text)).toBe(reason);
  });

  test.each([
    ['90', 90],
    ['1h30m', 5400],
    ['soon', null],
    ['0', null],
    ['33d', null],
  ])('the TTL %s is %s seconds', (text, seconds) => {
    expect(ttlOfText(text)).toBe(seconds);
  });

  test('a door with a pattern is refused here already', () => {
    expect(doorReason({ kind: 'read-secret', target: 'shop/' })).toBeNull();
    expect(doorReason({ kind: 'read-secret', target: 'shop/*' })).not.toBeNull();
    expect(doorReason({ kind: 'database', target: '' })).not.toBeNull();
  });
});

describe('a pasted connection URL', () => {
  test('fills in every part, decoded', () => {
    expect(partsOfUrl('postgres://kw:p%40ss@db.example:6543/orders?sslmode=verify-full')).toEqual({
      kind: 'postgresql',
      host: 'db.example',
      port: '6543',
      database: 'orders',
      username: 'kw',
      password: 'p@ss',
      tls: 'verify',
    });
  });

  test.each([
    ['postgresql://localhost/shop', '5432'],
    ['postgresql://localhost:80/shop', '80'],
    ['postgresql://[::1]:5433/shop', '5433'],
  ])('%s has the port %s', (url, port) => {
    expect(partsOfUrl(url)?.port).toBe(port);
  });

  test.each([
    [
      'mysql://db.example/shop?tls=skip-verify',
      { kind: 'mysql', port: '3306', database: 'shop', tls: 'require' },
    ],
    ['mariadb://root@db:3307/', { kind: 'mysql', port: '3307', username: 'root' }],
    ['redis://cache', { kind: 'redis', port: '6379', tls: 'off' }],
    ['rediss://default:s3@cache:6380', { kind: 'redis', port: '6380', password: 's3', tls: 'verify' }],
    ['rediss://cache?insecure=true', { tls: 'require' }],
  ])('%s leads to its kind', (url, parts) => {
    expect(partsOfUrl(url)).toMatchObject(parts);
  });

  test.each(['localhost', 'mongodb://x/y', 'postgres://[', ''])('%s is no such URL', (text) => {
    expect(partsOfUrl(text)).toBeNull();
  });
});

describe('a random value', () => {
  test('has its length and only letters of its alphabet, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RANDOM_KINDS), fc.infiniteStream(fc.nat(255)), (kind, stream) => {
        const value = randomValue(kind, (bytes) => {
          for (let index = 0; index < bytes.length; index++) bytes[index] = stream.next().value ?? 0;
        });
        expect(value).toHaveLength(kind.length);
        expect([...value].every((letter) => kind.alphabet.includes(letter))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('bytes that would favour the first letters are passed over', () => {
    const bytes = [255, 250, 0, 1];
    const value = randomValue({ name: '', alphabet: 'abcdefghij', length: 2 }, (target) => {
      for (let index = 0; index < target.length; index++) target[index] = bytes[index] ?? 0;
    });
    expect(value).toBe('ab');
  });
});

test('statements shown together are told apart by semicolons', () => {
  expect(['A', 'B;', ' C '].map(closed)).toEqual(['A;', 'B;', 'C;']);
});
