const DAY = 86_400_000;

/** How much a vault keeps. Everything has a default; people see and change retention in the settings. */
export interface VaultLimits {
  /** Records older than so many milliseconds may leave the ledger, whole segments at a time. */
  readonly recordAge: number;
  /** The oldest segments leave the ledger while it is larger than so many bytes. */
  readonly ledgerBytes: number;
  /** A destroyed value's bytes stay in the folder for no longer than so many milliseconds while the vault is open. */
  readonly lingering: number;
  /** Bytes that are kept for a full disk. FORMAT.md section 18. */
  readonly reserve: number;
}

export const VAULT_LIMITS: VaultLimits = {
  recordAge: 365 * DAY,
  ledgerBytes: 2 * 1_073_741_824,
  lingering: DAY,
  reserve: 8 * 1_048_576,
};
