import { z } from 'zod';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Envelope } from '../../shared/model/envelope.ts';
import type { Ask } from './desk.ts';

const keys = z.object({ keys: z.array(z.string()) });

/** Reads the data of an answer of core; what does not fit is a mistake of ours. */
export function dataOf<T>(envelope: Envelope | null, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(envelope?.data);
  if (parsed.success) return parsed.data;
  throw new KeywardenError('internal', undefined, { cause: parsed.error });
}

/** Lists a path; nothing there is an empty list. */
export async function listKeys(ask: Ask, path: string): Promise<string[]> {
  return (await orNothing(ask('list', path).then((envelope) => dataOf(envelope, keys).keys))) ?? [];
}

/** Reads each of a list, in its order. What is removed while the list is read is left out: it is not there any more. */
export async function readEach<T>(
  names: readonly string[],
  read: (name: string) => Promise<T>,
): Promise<T[]> {
  const found: T[] = [];
  for (const name of names) {
    const one = await orNothing(read(name));
    if (one !== undefined) found.push(one);
  }
  return found;
}

/** Turns "there is nothing" into undefined, and leaves every other failure. */
export async function orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof KeywardenError && (error.code === 'not-found' || error.code === 'unknown-role')) {
      return undefined;
    }
    throw error;
  }
}

/** An instant as Vault writes it (`2026-01-02T03:04:05.678Z`, empty when unset), in milliseconds since 1970. */
export const wireInstant = z.string().transform((text, context) => {
  if (text === '') return null;
  const instant = Date.parse(text);
  if (Number.isFinite(instant)) return instant;
  context.addIssue({ code: 'custom', message: 'not an instant' });
  return z.NEVER;
});
