import { z } from 'zod';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import { looseText, withDefault } from '../fields.ts';

const SCOPES = ['lease', 'prefix', 'token', 'app', 'person', 'mount', 'everything'] as const;

/** What one revocation takes in. */
export type ScopeKind = (typeof SCOPES)[number];

/** The body of a rehearsal and of a run: the same words for both, so that what was shown is what is asked for. */
export const scopeFields = z
  .object({
    scope: z.enum(SCOPES),
    /** A lease's id, a prefix, a token's accessor, an app's name, a person's name or entity id, a mount's path. */
    name: withDefault(looseText, ''),
    /** Also takes the way back: an app's secret-ids are destroyed, a person's entity is disabled. */
    lock_out: withDefault(looseBoolean, false),
  })
  .refine(({ scope, name }) => scope === 'everything' || name !== '', 'name must be specified')
  .refine(
    ({ scope, lock_out: lockOut }) => !lockOut || scope === 'app' || scope === 'person',
    'lock_out is for an app or a person',
  );

/** A scope as it was asked for. */
export type Scope = z.output<typeof scopeFields>;
