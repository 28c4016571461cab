import { z } from 'zod';

const settings = z.object({
  path: z.string(),
  kind: z.enum(['generator', 'hook', 'person']),
  /** Which field of the secret gets the generated value. */
  field: z.string(),
  length: z.number(),
  /** A name of `CHARSETS`, or the letters themselves. */
  charset: z.string(),
  /** By name; of a person's value it is asked for the test alone; '' for none. */
  hook: z.string(),
  instructions: z.string(),
  /** Seconds that a hook's former value stays good. */
  overlap: z.number(),
});

/** How one secret is rotated: what the rotation carries for us. */
export type RotationSettings = z.output<typeof settings>;

/** Reads what a rotation of ours carries. */
export function readSettings(data: Readonly<Record<string, unknown>>): RotationSettings {
  return settings.parse(data);
}

/** Our own name for the rotation of the secret at a path. */
export function secretSubject(path: string): string {
  return `secret/${path}`;
}
