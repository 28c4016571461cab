import { z } from 'zod';
import { looseText } from '../../core/fields.ts';

/** The name of a key: one path segment. */
export const keyName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^\w(?:[\w.-]*\w)?$/, 'a name may hold letters, digits, dots, dashes and underscores');

/** Bytes in base64, with padding, as Vault insists. */
export const bytesField = looseText.transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes;
  context.addIssue({ code: 'custom', message: 'illegal base64 data' });
  return z.NEVER;
});
