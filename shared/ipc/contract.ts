import { z } from 'zod';
import { DATABASE_KINDS } from '../model/database-kinds.ts';
import { QUARANTINE_WORDS, type QuarantineReason } from '../model/quarantine.ts';
import type { Channel } from './channels.ts';
import {
  fieldName,
  fieldValue,
  handle,
  instant,
  leaseId,
  plainName,
  secretFolder,
  secretPath,
  ttlSeconds,
} from './fields.ts';
import { alarm, rotation, rotationEvent, rotationOutcome, secretRotation } from './rotation-shapes.ts';

/** One thing that the window may ask: what it takes (unknown keys refused) and what it gives (undeclared keys stripped). SECURITY(I3) */
interface Method<I extends z.ZodType, O extends z.ZodType> {
  readonly input: I;
  readonly output: O;
}
function method<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Method<I, O> {
  return { input, output };
}
const nothing = z.undefined();
const passphrase = z.string().min(1).max(1024);
const directory = z.string().min(1).max(4096);
const recoveryKit = z.string().min(1).max(1024);
/** A damaged vault is to be looked at, as far as it can be read. */
const readDamaged = z.literal(true).optional();

/** A place in the chain of records, for people. */
const headGlance = z.object({
  sequence: z.number().int().nonnegative(),
  time: instant,
  term: z.number().int(),
});
const quarantine = z.object({
  reason: z.enum(Object.keys(QUARANTINE_WORDS) as [QuarantineReason, ...QuarantineReason[]]),
  seen: headGlance.nullable(),
  found: headGlance,
  /** Which file and record are damaged. */
  damage: z.string().nullable(),
});

const backups = z.object({
  /** Null where none are kept. */
  folder: z.string().nullable(),
  newestAt: instant.nullable(),
  count: z.number().int().nonnegative(),
});

const broker = z.object({
  serving: z.boolean(),
  address: z.string().nullable(),
  socketPath: z.string().nullable(),
  /** Why it does not serve, in words. */
  problem: z.string().nullable(),
});

const knownVault = z.object({
  directory: z.string(),
  name: z.string(),
  /** False when the folder is gone or damaged; `problem` says so. */
  present: z.boolean(),
  problem: z.string().nullable(),
  /** This machine's keychain opens it. */
  keychain: z.boolean(),
});

const status = z.object({
  /** `welcome`: no vault chosen; `sealed`: no key in memory; `locked`: apps are served, the screen is closed; `open`. */
  phase: z.enum(['welcome', 'sealed', 'locked', 'open']),
  vault: z.object({ id: z.string(), name: z.string(), directory: z.string() }).nullable(),
  /** Not the vault that was left here: it is looked at, and nothing else, until a person confirms it. */
  quarantine: quarantine.nullable(),
  /** A recovery kit was made that nobody has put away yet. */
  recoveryKitWaits: z.boolean(),
  knownVaults: z.array(knownVault),
  broker,
  /** Wrong passphrases make the next try wait until then. */
  nextTryAt: instant.nullable(),
  clipboardClearsAt: instant.nullable(),
  sampleAvailable: z.boolean(),
  /** False where the platform has no keychain that keeps anything from anybody. */
  keychainAvailable: z.boolean(),
  platform: z.enum(['darwin', 'win32', 'linux']),
  version: z.string(),
});

const preferences = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** Seconds until a copied value is cleared from the clipboard. */
  clipboardSeconds: z.number().int().min(5).max(600),
  /** Minutes without input until the desktop locks; 0 never. */
  idleLockMinutes: z.number().int().min(0).max(240),
});

const secretVersion = z.object({
  version: z.number().int().positive(),
  createdAt: instant,
  deletedAt: instant.nullable(),
  destroyed: z.boolean(),
});

const keycard = z.object({
  leaseId,
  /** The door: the path it was asked from. */
  path: z.string(),
  /** The app, or the person, that holds it. */
  holder: z.string(),
  /** The user name at the target, never the password. */
  username: z.string().nullable(),
  issuedAt: instant,
  expiresAt: instant,
  maxExpiresAt: instant,
  renewable: z.boolean(),
  promise: z.enum(['dies-by-itself', 'needs-keywarden']),
  state: z.enum(['pending', 'active', 'ending', 'dead', 'abandoned']),
  /** Why it is still alive though it should not be, and when the next try is. */
  reason: z.string().nullable(),
  nextTryAt: instant.nullable(),
  proof: z.array(z.string()),
});

const count = z.number().int().nonnegative();
const revocationId = z.uuid();
/** What one revocation takes in: an app, the keycards below a path, or everything. */
const revocationScope = z.strictObject({
  scope: z.enum(['app', 'prefix', 'everything']),
  /** The app's name or the path; empty for everything. */
  name: z.string().max(512),
});

const rotationId = z.strictObject({ id: z.uuid() });

const databaseKind = z.enum(DATABASE_KINDS);

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

const connection = z.object({
  name: plainName,
  kind: databaseKind,
  /** Without the password. */
  url: z.string(),
  username: z.string(),
  isSample: z.boolean(),
});

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

/** The whole boundary between the window and the main process, as one table. */
export const CONTRACT = {
  'app.status': method(nothing, status),
  'app.preferences': method(nothing, preferences),
  'app.setPreferences': method(z.strictObject(preferences.shape), preferences),

  /** Where a new vault of that name would lie. */
  'vault.suggestFolder': method(
    z.strictObject({ name: z.string().max(100) }),
    z.object({ directory: z.string() }),
  ),
  /** Shows the platform's folder dialog; null when the person cancels. */
  'vault.chooseFolder': method(
    z.strictObject({ purpose: z.enum(['create', 'open']) }),
    z.object({ directory: z.string().nullable() }),
  ),
  'vault.create': method(
    z.strictObject({
      name: z.string().trim().min(1).max(100),
      directory: z.string().min(1).max(4096),
      passphrase,
    }),
    status,
  ),
  /** Opens a sealed vault, or unlocks the locked desktop. */
  'vault.unlock': method(
    z.union([
      z.strictObject({ directory, passphrase, readDamaged }),
      z.strictObject({ directory, recoveryKit, readDamaged }),
      /** A sealed vault alone: a locked screen wants to see a person. */
      z.strictObject({ directory, keychain: z.literal(true) }),
    ]),
    status,
  ),
  /** Shows the platform's file dialog; null when the person cancels. */
  'vault.chooseBackup': method(nothing, z.object({ file: z.string().nullable() })),
  /** Puts a vault back from a backup and opens it, quarantined. */
  'vault.restore': method(
    z.union([
      z.strictObject({ backup: directory, directory, passphrase }),
      z.strictObject({ backup: directory, directory, recoveryKit }),
    ]),
    status,
  ),
  /** The quarantined vault is the one to go on with. */
  'vault.confirm': method(nothing, status),
  'vault.revealRecoveryKit': method(nothing, z.object({ kit: z.string() })),
  /** Writes the kit where the person says; null when they cancel. */
  'vault.saveRecoveryKit': method(nothing, z.object({ file: z.string().nullable() })),
  /** The person has put the kit away, and copies one group back. */
  'vault.recoveryKitKept': method(
    z.strictObject({ group: z.number().int().min(1).max(14), typed: z.string().max(64) }),
    status,
  ),
  /** Makes a recovery kit in the place of the one that is there. */
  'vault.newRecoveryKit': method(z.strictObject({ passphrase }), status),
  /** Lets this machine's keychain open the vault, or no longer. */
  'vault.setKeychain': method(z.strictObject({ passphrase, on: z.boolean() }), status),
  'vault.backups': method(nothing, backups),
  'vault.backUp': method(nothing, backups),
  /** Takes a vault off the list; the folder stays. */
  'vault.forget': method(z.strictObject({ directory: z.string().min(1).max(4096) }), status),
  'vault.lock': method(nothing, status),
  'vault.seal': method(nothing, status),

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

  /** The password stays in the main process under `handle` until it is copied, revealed or five minutes old. */
  'keycards.issue': method(
    z.strictObject({ role: plainName, ttl: ttlSeconds.optional() }),
    z.object({ keycard, handle, username: z.string() }),
  ),
  'keycards.copyIssued': method(
    z.strictObject({ handle, what: z.enum(['username', 'password', 'url']) }),
    z.object({ clearsAt: instant }),
  ),
  'keycards.revealIssued': method(z.strictObject({ handle }), z.object({ password: z.string() })),
  /** Live ones first by deadline; the dead of the last day behind them. */
  'keycards.list': method(nothing, z.object({ keycards: z.array(keycard) })),
  'keycards.renew': method(
    z.strictObject({ leaseId, increment: ttlSeconds.optional() }),
    z.object({ keycard }),
  ),
  'keycards.revoke': method(z.strictObject({ leaseId }), z.object({ keycard })),

  /** Exactly what would stop, and what stands in the way; changes nothing. */
  'revocations.rehearse': method(
    revocationScope,
    z.object({
      holders: z.array(z.object({ name: z.string(), tokens: count, leases: count })),
      tokens: count,
      keycards: z.array(keycard),
      /** Already ended for us, but not proven dead. */
      stillAlive: count,
      blocked: z.array(z.object({ keycards: count, reason: z.string() })),
      /** Private halves with which an app could come back. */
      secretIds: count,
    }),
  ),
  /** Stops what the same scope rehearsed. */
  'revocations.run': method(
    revocationScope.safeExtend({ lockOut: z.boolean() }),
    z.object({ id: revocationId, tokens: count, keycards: count }),
  ),
  'revocations.report': method(
    z.strictObject({ id: revocationId }),
    z.object({
      finished: z.boolean(),
      tokens: count,
      keycards: z.array(
        z.object({
          leaseId,
          path: z.string(),
          holder: z.string(),
          state: keycard.shape.state,
          reason: z.string().nullable(),
          nextTryAt: instant.nullable(),
          proof: z.array(z.string()),
        }),
      ),
    }),
  ),

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

  /** What somebody should look at and has not said to have seen. */
  'alarms.list': method(nothing, z.object({ alarms: z.array(alarm) })),
  /** It was looked at; one more use of the same tells it again. */
  'alarms.seen': method(z.strictObject({ id: z.string().min(1).max(256) }), z.object({})),

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

  /** What `kw login` is waiting for. */
  'logins.list': method(
    nothing,
    z.object({ requests: z.array(z.object({ code: z.string(), program: z.string(), expiresAt: instant })) }),
  ),
  'logins.decide': method(z.strictObject({ code: z.string().max(16), approve: z.boolean() }), z.object({})),

  'clipboard.clear': method(nothing, z.object({})),
} as const satisfies Record<Channel, Method<z.ZodType, z.ZodType>>;

/** What a channel takes. */
export type IpcInput<C extends Channel> = z.input<(typeof CONTRACT)[C]['input']>;
/** What a channel gives. */
export type IpcOutput<C extends Channel> = z.output<(typeof CONTRACT)[C]['output']>;

export type AppStatus = IpcOutput<'app.status'>;
export type Preferences = IpcOutput<'app.preferences'>;
export type Keycard = z.output<typeof keycard>;
export type DatabaseRole = z.output<typeof role>;
export type DatabaseConnection = z.output<typeof connection>;
export type App = z.output<typeof app>;
export type Door = z.output<typeof door>;
export type Rotation = z.output<typeof rotation>;
export type Alarm = z.output<typeof alarm>;
