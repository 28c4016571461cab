import type { AuthEnvelope, Envelope } from '../../shared/model/envelope.ts';

/** What goes back to the client. */
export interface Reply {
  /** Default 200 with data, 204 without. 202 is begun and not waited for, 400 with data a batch in which some failed, 404 with data a deleted KV 2 version. */
  readonly status?: 200 | 202 | 204 | 400 | 404;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly warnings?: readonly string[];
  /** A login: core makes the token. */
  readonly auth?: AuthGrant;
  /** Seconds to show without a lease (KV 1's 2764800). */
  readonly leaseDuration?: number;
  /** A token was renewed: its `auth` block. Core fills in the token where the asker holds it. */
  readonly renewed?: AuthEnvelope;
  /** The data is about the asking token: core fills in its `id`, which the state does not know. */
  readonly aboutAsker?: true;
  /** A lease was renewed. */
  readonly lease?: { readonly id: string; readonly renewable: boolean; readonly duration: number };
  /** The whole answer, as it was made for another request: what a wrapping token holds. */
  readonly verbatim?: Envelope;
  /** Some clients want to read in the envelope which engine has answered. */
  readonly mountType?: string;
  /** Vault repeats `data` at the top level of some answers of `sys`. */
  readonly dataAtTop?: true;
  /** The body is `data` alone, without an envelope. */
  readonly bare?: true;
  /** The body is not JSON at all (a certificate, a list of revoked ones). Never wrapped: only for what anyone may know. */
  readonly raw?: RawBody;
}

/** A body that goes out as it is. */
export interface RawBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** What a login or a token creation asks core to make a token of. */
export interface AuthGrant {
  readonly displayName: string;
  readonly policies: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Seconds; 0 means the mount's or system's default. */
  readonly ttl: number;
  readonly maxTtl: number;
  readonly period: number;
  /** 0 means without limit. */
  readonly numUses: number;
  readonly renewable: boolean;
  /** Without a parent it lives on its own; a login's token always does. */
  readonly parentHash?: string;
  /** Alias shown by `kw` and the desktop: which app this is (an AppRole's name). */
  readonly app?: string;
  /** Seconds, shown as the token's own maximum, within `maxTtl`. */
  readonly explicitMaxTtl?: number;
  /** Seconds: the token dies when it was not used for so long; each use moves its end, within the maximum. */
  readonly idleTtl?: number;
  /** A token chosen by whoever may (root, `kw serve --dev`) instead of a random one. */
  readonly id?: string;
  readonly noDefaultPolicy?: true;
  /** The token role that it was made by. */
  readonly role?: string;
  /** What stands behind `auth/token/create/:role` in the token's path, for revoking by prefix. */
  readonly pathSuffix?: string;
  /** Address ranges outside of which the token is nobody's. */
  readonly boundCidrs?: readonly string[];
  /** Who logged in, by the method's own name for it: core finds or makes its entity. */
  readonly alias?: { readonly name: string; readonly metadata?: Readonly<Record<string, string>> };
  /** The entity that the token acts for: a child's is its parent's. */
  readonly entity?: string;
  /** What the entity adds to the token's own policies, to be shown. */
  readonly identityPolicies?: readonly string[];
}
