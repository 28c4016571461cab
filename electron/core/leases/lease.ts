import type { Mount } from '../mounts/mount.ts';

/** What the engine asks of the lease. */
export interface LeaseTerms {
  /** Seconds; capped by core with the mount's and the token's limits. */
  readonly ttl: number;
  readonly maxTtl: number;
  readonly renewable: boolean;
  /** `dies by itself` at the target even when Keywarden is off, or `needs Keywarden`. */
  readonly promise: 'dies-by-itself' | 'needs-keywarden';
  /** What `end` and `renew` need, as plain JSON without secrets (role name, connection name, user name). */
  readonly data: Readonly<Record<string, unknown>>;
  /** The credential as sealed bytes in the lease, erased at the proof. */
  readonly secret?: Uint8Array;
}

/** A lease's life: `pending` -> `active` -> `ending` -> `dead` (proven) or `abandoned` (a person gave up waiting). */
export type LeaseState = 'pending' | 'active' | 'ending' | 'dead' | 'abandoned';

/** A lease as the engine sees it. Instants are milliseconds since 1970. */
export interface Lease {
  readonly id: string;
  /** 16 random bytes in hex: names the credential at the target without naming the path. */
  readonly nonce: string;
  readonly mount: Mount;
  readonly path: string;
  readonly state: LeaseState;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly maxExpiresAt: number;
  readonly renewable: boolean;
  readonly data: Readonly<Record<string, unknown>>;
  /** There when its end is being worked on. */
  readonly ending?: {
    /** Its time has come, and nobody has asked for it: nothing may be destroyed that the target says is still due. */
    readonly isExpiry: boolean;
    /** The deadline has passed by a clock only that has jumped forward. */
    readonly isInDoubt: boolean;
  };
}
