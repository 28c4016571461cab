import { createHmac } from 'node:crypto';

/** One value as audit devices write it: the same value gives the same hash, which tells nothing else about it. */
export function hashValue(key: Uint8Array, text: string): string {
  return `hmac-sha256:${createHmac('sha256', key).update(text).digest('hex')}`;
}

/** Every text at any depth hashed; numbers, flags and names stay. `plain` names fields that somebody wants to read. */
export function hashValues(key: Uint8Array, value: unknown, plain: readonly string[] = []): unknown {
  if (typeof value === 'string') return hashValue(key, value);
  if (Array.isArray(value)) return value.map((one) => hashValues(key, one, plain));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      plain.includes(name) ? one : hashValues(key, one, plain),
    ]),
  );
}
