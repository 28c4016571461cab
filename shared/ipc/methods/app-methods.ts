import { z } from 'zod';
import { QUARANTINE_WORDS, type QuarantineReason } from '../../model/quarantine.ts';
import { handle, instant } from '../fields.ts';
import { method, nothing } from '../method.ts';

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

/** Where the desktop stands. */
export const status = z.object({
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

/** The desktop itself: where it stands, what the person has chosen, what it holds for a moment. */
export const APP_METHODS = {
  'app.status': method(nothing, status),
  'app.preferences': method(nothing, preferences),
  'app.setPreferences': method(z.strictObject(preferences.shape), preferences),
  'clipboard.clear': method(nothing, z.object({})),
  /** What was shown once is closed: nobody can have it again. */
  'held.forget': method(z.strictObject({ handle }), z.object({})),
} as const;

export type AppStatus = z.output<typeof status>;
export type Preferences = z.output<typeof preferences>;
