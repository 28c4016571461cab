import { z } from 'zod';
import { handle, instant, plainName, ttlSeconds } from '../fields.ts';
import { method, nothing } from '../method.ts';
import { keycard } from './keycards-methods.ts';

/** A door of an app in plain words: what it may do and where. */
const door = z.strictObject({
  kind: z.enum(['read-secret', 'write-secret', 'database']),
  /** A secret's path, a folder (ends with a slash), or a role's name. Nothing that a policy would read as a pattern or a new line. */
  target: z
    .string()
    .max(512)
    .regex(/^[\p{L}\p{N} _.@:,=-]+(?:\/[\p{L}\p{N} _.@:,=-]+)*\/?$/u, 'use a path without patterns'),
});

const app = z.object({
  name: plainName,
  createdAt: instant.nullable(),
  lastLoginAt: instant.nullable(),
  liveKeycards: z.number().int().nonnegative(),
  policyNames: z.array(z.string()),
});

/** App identities (AppRole), each with its doors, and the hand-over of their first keycard. */
export const APPS_METHODS = {
  'apps.list': method(nothing, z.object({ apps: z.array(app) })),
  'apps.show': method(
    z.strictObject({ name: plainName }),
    z.object({
      app,
      roleId: z.string(),
      doors: z.array(z.object(door.shape)),
      policyText: z.string(),
      /** True when somebody wrote the policy by hand: `doors` is then empty. */
      policyByHand: z.boolean(),
      tokenTtl: z.number().int().nonnegative(),
      keycards: z.array(keycard),
    }),
  ),
  /** Makes or changes an app identity (AppRole) with its policy `app-<name>`. Either doors or a policy text. */
  'apps.write': method(
    z.strictObject({
      name: plainName,
      access: z.union([
        z.strictObject({ doors: z.array(door).min(1).max(50) }),
        z.strictObject({ policyText: z.string().min(1).max(65_536) }),
      ]),
      tokenTtl: ttlSeconds,
    }),
    app,
  ),
  /** Removes the app identity, its policy, its tokens and its keycards. */
  'apps.remove': method(z.strictObject({ name: plainName }), z.object({})),
  /** A secret-id with one use and a TTL: the copy-once keycard. It stays in the main process under `handle`. */
  'apps.handOver': method(
    z.strictObject({ name: plainName, ttl: ttlSeconds }),
    z.object({ handle, roleId: z.string(), expiresAt: instant, address: z.string() }),
  ),
  'apps.copyHandOver': method(
    z.strictObject({ handle, what: z.enum(['secret-id', 'environment', 'node-vault', 'hvac', 'kw-run']) }),
    z.object({ clearsAt: instant }),
  ),
} as const;

export type App = z.output<typeof app>;
export type Door = z.output<typeof door>;
