import { z } from 'zod';

/**
 * Fields of request bodies and queries, as Vault reads them: weakly. `"5"` is a number, `"false"` is a boolean,
 * one text or a comma text is a list (Vault's `sdk/framework/field_data.go`).
 */

/** A whole number, or its text. */
export const looseInteger = z
  .union([
    z.number(),
    z
      .string()
      .trim()
      .regex(/^-?\d{1,15}$/, 'must be a whole number')
      .transform(Number),
  ])
  .pipe(z.number().int());

const BOOLEAN_TEXT: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  true: true,
  '0': false,
  f: false,
  false: false,
};

/** A boolean, or what Go's ParseBool takes for one. */
export const looseBoolean = z.union([z.boolean(), z.number(), z.string()]).transform((given, context) => {
  const read = BOOLEAN_TEXT[String(given).toLowerCase()];
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: 'must be true or false' });
  return z.NEVER;
});

/** A list of texts: a list, one text, or texts with commas between. Empty entries are dropped. */
export const looseTextList = z
  .union([
    z.array(z.union([z.string(), z.number()]).transform(String)),
    z.string(),
    z.number().transform(String),
  ])
  .transform((given) =>
    (Array.isArray(given) ? given : given.split(','))
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );
