import { z } from 'zod';
import { fieldName, fieldValue, instant, secretPath } from '../fields.ts';
import { method, nothing } from '../method.ts';

const seconds = z.number().int().nonnegative();

/** Something that gets a new value now and then. Nothing of any value is in it. */
export const rotation = z.object({
  id: z.uuid(),
  what: z.enum(['secret', 'static-role', 'root-account', 'key', 'authority', 'other']),
  /** Who makes the new value. */
  how: z.enum(['generator', 'hook', 'person', 'engine']),
  /** What a person calls it: a secret's path, a role's or key's name. */
  name: z.string(),
  /** Where it is read. */
  path: z.string(),
  /** How a secret is rotated; null for anything else. */
  secret: z
    .object({
      path: z.string(),
      /** Whether it lies where the Secrets screen looks. */
      isShown: z.boolean(),
      field: z.string(),
      length: z.number(),
      charset: z.string(),
      hook: z.string(),
      instructions: z.string(),
    })
    .nullable(),
  state: z.enum(['idle', 'creating', 'asking', 'setting', 'testing', 'reverting', 'retiring']),
  paused: z.boolean(),
  periodSeconds: seconds,
  jitterSeconds: seconds,
  /** Five fields, UTC; '' for none. */
  schedule: z.string(),
  windowSeconds: seconds,
  /** Null: only on demand, or a run is under way. */
  dueAt: instant.nullable(),
  startedAt: instant.nullable(),
  attempts: z.number().int(),
  /** What holds it up, in words. */
  reason: z.string().nullable(),
  nextTryAt: instant.nullable(),
  lastRotatedAt: instant.nullable(),
  lastResult: z.enum(['rotated', 'reverted']).nullable(),
  lastResultAt: instant.nullable(),
  lastReason: z.string().nullable(),
  proof: z.array(z.string()),
  /** When the former value opens nothing any more, at the latest. */
  retireBy: instant.nullable(),
});

/** One thing that became of a rotation. */
const rotationEvent = z.object({
  at: instant,
  kind: z.enum(['rotated', 'given-up', 'retired']),
});

/** Alphabets of generated values, as the engine names them. */
export const CHARSET_NAMES = ['alphanumeric', 'symbols', 'hex', 'digits'] as const;

/** How and when the secret at a path gets a new value. */
export const secretRotation = z.strictObject({
  path: secretPath,
  field: fieldName.max(128),
  /** Up to ten years. */
  periodSeconds: z.number().int().min(5).max(315_360_000),
  way: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('generator'),
      length: z.number().int().min(8).max(4096),
      charset: z.enum(CHARSET_NAMES),
    }),
    z.strictObject({ kind: z.literal('person'), instructions: z.string().trim().min(1).max(4000) }),
    /** As it is: a hook is set up elsewhere. */
    z.strictObject({ kind: z.literal('keep') }),
  ]),
});

/** What came of asking for a new value now. */
const rotationOutcome = z.object({ rotated: z.boolean(), rotation });

const rotationId = z.strictObject({ id: z.uuid() });

/** What gets a new value now and then: how it stands, and the levers for it. */
export const ROTATIONS_METHODS = {
  /** The soonest due first. */
  'rotations.list': method(nothing, z.object({ rotations: z.array(rotation) })),
  /** Its last results, the newest first. */
  'rotations.history': method(rotationId, z.object({ events: z.array(rotationEvent) })),
  /** Now. Where a person brings the new value it asks for that; what is held up goes on by itself. */
  'rotations.rotate': method(rotationId, rotationOutcome),
  /** Begins no run by itself, or does so again. */
  'rotations.pause': method(rotationId.safeExtend({ paused: z.boolean() }), z.object({ rotation })),
  /** The value that a person has brought: tested where something can test it, then the current one. */
  'rotations.bring': method(rotationId.safeExtend({ value: fieldValue.min(1) }), rotationOutcome),
  'rotations.write': method(secretRotation, z.object({ rotation })),
  /** The secret at a path stays as it is from here on. */
  'rotations.remove': method(z.strictObject({ path: secretPath }), z.object({})),
} as const;

export type Rotation = z.output<typeof rotation>;
