import { z } from 'zod';

/** A path below a KV mount: segments without control characters, no empty segment, no `..`. */
export const secretPath = z
  .string()
  .min(1)
  .max(512)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point.
  .regex(/^[^\u0000-\u001f\u007f/]+(?:\/[^\u0000-\u001f\u007f/]+)*$/, 'use names separated by single slashes')
  .refine(
    (path) => !path.split('/').some((segment) => segment === '..' || segment === '.'),
    'no . or .. as a name',
  );

/** A folder below a KV mount: empty for the top, else like a secret's path. */
export const secretFolder = z.union([z.literal(''), secretPath]);

/** The name of a field of a secret. */
export const fieldName = z.string().min(1).max(256);

/** A secret value as the window hands it over. */
export const fieldValue = z.string().max(1_048_576);

/** The name of a role, connection or app: also safe inside a path. */
export const plainName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'use letters, digits, dot, dash and underscore');

/** Milliseconds since 1970. */
export const instant = z.number().int().nonnegative();

/** Whole seconds of a TTL: at least one, at most the system's maximum of 32 days. */
export const ttlSeconds = z.number().int().min(1).max(2_764_800);

/** A lease id: the path of the request and a random tail. */
export const leaseId = z.string().min(1).max(1024);

/** Names something that the main process holds for a moment, such as a keycard that is shown once. */
export const handle = z.string().regex(/^[a-f0-9]{32}$/);
