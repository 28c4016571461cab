import { z } from 'zod';

/** A field that may come as JSON text as well: what a command line can send. */
export function orJsonText<T>(field: z.ZodType<T>): z.ZodType<T> {
  const text = z.string().transform((given, context) => {
    try {
      return JSON.parse(given) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  });
  return z.union([field, text.pipe(field)]);
}
