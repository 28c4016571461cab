/**
 * More fields of request bodies, beside those of shared/model/loose-field: read as weakly as Vault reads them
 * (`sdk/framework/field_data.go`), with null as if it were absent.
 */
import { z } from 'zod';
import { durationField } from '../../shared/model/duration.ts';
import { looseInteger } from '../../shared/model/loose-field.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Text; numbers and flags become text. */
export const looseText = scalar.pipe(z.string().max(262_144));

/** A whole number from 0. */
export const looseCount = looseInteger.pipe(z.number().min(0, 'cannot be negative'));

/** Names to texts, also as JSON text. */
export const looseTextMap = z
  .union([z.record(z.string(), scalar), z.string().transform(parseJsonMap)])
  .pipe(z.record(z.string(), z.string()));

/** Seconds from 0, in any of Vault's forms. */
export const ttlField = durationField.pipe(z.number().min(0, 'cannot be negative'));

/** Makes a field optional: absent and null are the same. */
export function maybe<T>(field: z.ZodType<T>): z.ZodType<T | undefined> {
  return field.nullish().transform((value) => value ?? undefined);
}

/** Gives a field a value when it is absent or null. */
export function withDefault<T>(field: z.ZodType<T>, fallback: T): z.ZodType<T> {
  return field.nullish().transform((value) => value ?? fallback);
}

function parseJsonMap(text: string, context: z.RefinementCtx): Record<string, string> {
  try {
    return z.record(z.string(), scalar).parse(text === '' ? {} : JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'expected an object of texts, or that as JSON' });
    return z.NEVER;
  }
}
