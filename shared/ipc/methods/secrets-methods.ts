import { z } from 'zod';
import { fieldName, fieldValue, instant, secretFolder, secretPath } from '../fields.ts';
import { method } from '../method.ts';

const secretVersion = z.object({
  version: z.number().int().positive(),
  createdAt: instant,
  deletedAt: instant.nullable(),
  destroyed: z.boolean(),
});

/** The stored secrets. Lists and details carry names, never values. */
export const SECRETS_METHODS = {
  'secrets.list': method(
    z.strictObject({ folder: secretFolder }),
    z.object({
      entries: z.array(
        z.object({
          name: z.string(),
          path: z.string(),
          isFolder: z.boolean(),
          updatedAt: instant.nullable(),
          version: z.number().nullable(),
        }),
      ),
    }),
  ),
  /** Names of fields and versions; no value. SECURITY(S6) */
  'secrets.show': method(
    z.strictObject({ path: secretPath, version: z.number().int().positive().optional() }),
    z.object({
      path: z.string(),
      version: z.number().int().nonnegative(),
      deleted: z.boolean(),
      fields: z.array(z.object({ name: z.string(), length: z.literal(0) })),
      versions: z.array(secretVersion),
    }),
  ),
  /** By the starts of words in paths and notes, never by values. */
  'secrets.search': method(
    z.strictObject({ words: z.string().max(256) }),
    z.object({ found: z.array(z.object({ path: z.string() })) }),
  ),
  'secrets.reveal': method(
    z.strictObject({ path: secretPath, version: z.number().int().positive(), field: fieldName }),
    z.object({ value: z.string() }),
  ),
  /** Copies in the main process: the value does not reach the window. SECURITY(S7) */
  'secrets.copy': method(
    z.strictObject({ path: secretPath, version: z.number().int().positive(), field: fieldName }),
    z.object({ clearsAt: instant }),
  ),
  /**
   * Writes a new version. A field without `value` keeps the value that it has in version `cas`.
   * `cas` 0 means that the secret must not exist yet.
   */
  'secrets.write': method(
    z.strictObject({
      path: secretPath,
      cas: z.number().int().nonnegative(),
      fields: z
        .array(z.strictObject({ name: fieldName, value: fieldValue.optional() }))
        .min(1)
        .max(500),
    }),
    z.object({ version: z.number().int().positive() }),
  ),
  /** Deletes the newest version; it can be undeleted. */
  'secrets.delete': method(
    z.strictObject({ path: secretPath }),
    z.object({ version: z.number().int().positive() }),
  ),
  'secrets.undelete': method(
    z.strictObject({ path: secretPath, version: z.number().int().positive() }),
    z.object({}),
  ),
} as const;
