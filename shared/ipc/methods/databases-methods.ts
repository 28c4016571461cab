import { z } from 'zod';
import { DATABASE_KINDS } from '../../model/database-kinds.ts';
import { plainName, ttlSeconds } from '../fields.ts';
import { method, nothing } from '../method.ts';

const databaseKind = z.enum(DATABASE_KINDS);

const connection = z.object({
  name: plainName,
  kind: databaseKind,
  /** Without the password. */
  url: z.string(),
  username: z.string(),
  isSample: z.boolean(),
});

const role = z.object({
  name: plainName,
  connection: z.string(),
  /** Null where the connection is gone. */
  kind: databaseKind.nullable(),
  creationStatements: z.array(z.string()),
  defaultTtl: z.number().int().nonnegative(),
  maxTtl: z.number().int().nonnegative(),
  /** What its keycards may claim, as the last rehearsal has shown; null where none was made. */
  promise: z.enum(['dies-by-itself', 'needs-keywarden']).nullable(),
  /** What did not work at the rehearsal, in words. */
  missing: z.array(z.string()),
});

/** Connections to databases, and the kinds of access to them. */
export const DATABASES_METHODS = {
  'databases.list': method(
    nothing,
    z.object({
      connections: z.array(connection),
      roles: z.array(role),
      sample: z.object({ state: z.enum(['absent', 'starting', 'running']), address: z.string().nullable() }),
    }),
  ),
  /** Checks the connection before it is kept. A missing password keeps the old one. `findings`: what did not work at the rehearsal. */
  'databases.connect': method(
    z.strictObject({
      name: plainName,
      kind: databaseKind.default('postgresql'),
      host: z.string().min(1).max(255),
      port: z.number().int().min(1).max(65_535),
      /** Empty where the kind needs none. */
      database: z.string().max(63),
      username: z.string().min(1).max(63),
      password: z.string().max(1024).optional(),
      tls: z.enum(['off', 'require', 'verify']),
    }),
    z.object({ connection, findings: z.array(z.string()) }),
  ),
  /** `healthy`, or what is wrong in words, with what to do. `rehearse`: makes a throw-away user, and ends it with proof. */
  'databases.check': method(
    z.strictObject({ name: plainName, rehearse: z.boolean() }),
    z.object({
      healthy: z.boolean(),
      findings: z.array(z.string()),
      serverVersion: z.string().nullable(),
      rehearsed: z.boolean(),
    }),
  ),
  'databases.disconnect': method(z.strictObject({ name: plainName }), z.object({})),
  'databases.writeRole': method(
    z.strictObject({
      name: plainName,
      connection: plainName,
      creationStatements: z.array(z.string().min(1).max(10_000)).min(1).max(20),
      defaultTtl: ttlSeconds,
      maxTtl: ttlSeconds,
    }),
    role,
  ),
  'databases.removeRole': method(z.strictObject({ name: plainName }), z.object({})),
  'databases.startSample': method(nothing, z.object({ connection, role })),
  'databases.stopSample': method(nothing, z.object({})),
} as const;

export type DatabaseRole = z.output<typeof role>;
export type DatabaseConnection = z.output<typeof connection>;
