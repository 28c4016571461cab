import { z } from 'zod';

/** The names of upstreams and roles: one path segment that is spelt the same when it is percent-encoded. */
export const nameField = z
  .string()
  .min(1)
  .max(128)
  .regex(/^\w[\w.-]*$/, 'a name may hold letters, digits, dots, dashes and underscores');
