import type { LeaseTerms } from '../../core/leases/lease.ts';
import type { Proof } from '../../core/leases/lease-lifecycle.ts';
import type { OwnEnd } from '../../core/leases/refuse-early-end.ts';
import type { VaultSigner } from '../../core/signing/vault-signer.ts';

/**
 * A kind of server that users can be made on. This file is the whole interface: the routes know no server, and a plugin
 * knows no route, no state and no lease.
 *
 * All work is idempotent by the user's lease, and throws `target-unavailable` with a reason that is safe to show.
 */
export interface DatabasePlugin {
  /** Vault's `plugin_name`, and what else is taken for it; the first is the kind's own. */
  readonly names: readonly [string, ...string[]];
  /** For people. */
  readonly title: string;
  /** What may be claimed of every user on this kind of server. */
  readonly promise: LeaseTerms['promise'];
  /** How users are named where the connection has no template of its own, and how long a name may be. */
  readonly username: { readonly template: string; readonly longest: number };
  /** Reads a configuration, without I/O. Throws `invalid-request` in words, never with a secret in them. */
  connect(secret: ConnectionSecret, options: ServerOptions): DatabaseServer;
  /**
   * The `connection_url` for a kind that Vault configures by fields; undefined when none of them came.
   *
   * @param before the one that was configured, whose parts stay where nothing is said of them; ''
   */
  urlFromFields?(fields: ConnectionFields, before: string): string | undefined;
  /** What `config/:name` shows of a connection besides what all have in common. `shownUrl` has no secret in it. */
  showDetails(shownUrl: string, options: { readonly plaintext: boolean }): Record<string, unknown>;
  /** The URL as it may be shown: passwords in it are stars, the placeholder stays. */
  redactUrl(connectionUrl: string): string;
  /** What a role's creation statements come to, by default those for its group role. Throws `invalid-request`. */
  creationStatements(statements: readonly string[], groupRole: string): readonly string[];
  /** Those for a user without any right, for rehearsing a connection. */
  readonly plainStatements?: readonly string[];
}

/** What was configured, secrets included; lives in sealed form and while work is done. */
export interface ConnectionSecret {
  readonly connectionUrl: string;
  readonly username: string;
  readonly password: string;
  /** PEM, or ''. */
  readonly tlsCa: string;
  readonly tlsCertificate: string;
  readonly privateKey: string;
}

/** Fields that stand for a `connection_url` where Vault's plugin has none. */
export interface ConnectionFields {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly tls?: boolean | undefined;
  readonly insecure_tls?: boolean | undefined;
  readonly persistence_mode?: string | undefined;
}

/** What a server is used with. */
export interface ServerOptions {
  /** The connection's uuid, and the count of its writes: sockets are never shared between versions. */
  readonly id: string;
  readonly version: number;
  /** How many sockets at most. */
  readonly limit: number;
  /** New passwords go to the server as they are, where a hash would do (`password_authentication: password`). */
  readonly plaintext: boolean;
  /** Signs what is left on the server, so that it is known again. */
  readonly signer: VaultSigner;
}

/** One configured connection, at one version of its configuration. */
export interface DatabaseServer {
  /** Compared to see whether a new configuration names another server. */
  readonly address: string;
  /** Whom it logs in as. */
  readonly user: string;
  /** The database that it opens; '' where there is none. */
  readonly database: string;
  /**
   * What the server is known by at this moment: two connections lead to one server where they share any. Empty where it
   * does not tell.
   */
  identities(signal: AbortSignal): Promise<readonly string[]>;
  /** Logs in anew and says in words what is missing. */
  check(signal: AbortSignal): Promise<ServerCheck>;
  /**
   * What the server is sent instead of a password, where that takes its time to make: begun ahead, it is there when it is
   * needed. Touches nothing.
   */
  hashPassword?(password: string, salt: Uint8Array): Promise<string>;
  /** Makes the user; what it answers is remembered in the lease (an OID, which server it is). */
  createUser(wanted: NewUser, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>>;
  /** Disables, ends sessions, removes and proves. "Already gone" is success. */
  endUser(user: LeasedUser, how: UserEnd, signal: AbortSignal): Promise<Proof>;
  /**
   * The same for many users at once, where that spares the server's time; in order, undefined for each that `endUser` has to
   * end by itself. Absent where it spares nothing.
   */
  endUsers?(
    ends: readonly { readonly user: LeasedUser; readonly how: UserEnd }[],
    signal: AbortSignal,
  ): Promise<readonly (Proof | undefined)[]>;
  /** Moves the deadline that the server holds the user to, `ttl` seconds from its now; absent where it knows none. */
  renewUser?(
    user: LeasedUser,
    ttl: number,
    statements: readonly string[],
    signal: AbortSignal,
  ): Promise<void>;
  /** Gives an account another password. */
  setPassword(account: AccountPassword, signal: AbortSignal): Promise<void>;
  /** How many sessions an account has open; absent where the server does not tell. */
  sessions?(name: string, signal: AbortSignal): Promise<number>;
  /** Ends an account's sessions, until none is seen. */
  endSessions?(name: string, signal: AbortSignal): Promise<void>;
  /** Tries an account's password, as a stranger would. */
  tryLogin(account: { readonly name: string; readonly password: string }, signal: AbortSignal): Promise<Door>;
  /** Goes through the whole life of throw-away users and tells what does not work; absent where that shows nothing. */
  rehearse?(plan: RehearsalPlan, signal: AbortSignal): Promise<Rehearsal>;
  /**
   * Lists the users that carry this vault's mark; absent where a server keeps none. Looks and changes nothing.
   *
   * @param others the ids of the vault's other connections, which may lead to the same server
   */
  listMarked?(others: readonly string[], signal: AbortSignal): Promise<MarkedUsers>;
  /** Forgets idle sockets. */
  close?(): void;
}

/** One user as Keywarden knows it, at whatever point of its life. */
export interface LeasedUser {
  readonly name: string;
  /** The mount's uuid and the lease's nonce. */
  readonly mount: string;
  readonly lease: string;
  /** What the server told at creation; empty when nobody heard it. */
  readonly remembered: Readonly<Record<string, unknown>>;
}

/** What a new user is made of. */
export interface NewUser {
  readonly user: LeasedUser;
  readonly password: string;
  /** 16 random bytes, for a hash of the password. */
  readonly salt: Uint8Array;
  /** What `hashPassword` makes of both, where that was begun already. */
  readonly hash?: Promise<string> | undefined;
  /** What `creationStatements` answered. */
  readonly statements: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  /** When that is by our own clock, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** How a user ends. */
export interface UserEnd {
  /** The role's revocation statements as they were written. */
  readonly statements: readonly string[];
  /** For trying the door; undefined when it is erased already. */
  readonly password: string | undefined;
  /** There when its time has come and nobody has asked for its end: the server's own clock is asked too. */
  readonly expiry?: OwnEnd;
}

/** What a rehearsal is done with. */
export interface RehearsalPlan {
  /** One who lives and one who is over when it is made; as planned they end at once. */
  readonly users: readonly [NewUser, NewUser];
  readonly revocationStatements: readonly string[];
}

/** What a rehearsal has shown. */
export interface Rehearsal {
  /** What does not work and which right is missing, in words; empty when all is well. */
  readonly missing: readonly string[];
  /** What keycards may claim. */
  readonly promise: LeaseTerms['promise'];
}

/** What carries a mark of this vault on a server, and what looks so and does not. */
export interface MarkedUsers {
  readonly users: readonly MarkedUser[];
  readonly findings: readonly { readonly name: string; readonly words: string }[];
  /** Where a server can hold no mark: names like those of our users. They are shown, and nothing follows from them. */
  readonly unmarked?: readonly string[];
}

/** A user with a valid mark. */
export interface MarkedUser {
  readonly name: string;
  /** The lease's nonce. */
  readonly lease: string;
  /** Its deadline by the server's clock, in milliseconds since 1970. */
  readonly until: number;
  /** Seconds left until then, by the same clock. */
  readonly left: number;
  /** As `createUser` would have told it. */
  readonly remembered: Readonly<Record<string, unknown>>;
}

/** An account's next password. */
export interface AccountPassword {
  readonly name: string;
  readonly password: string;
  /** 16 random bytes, for a hash of the password. */
  readonly salt: Uint8Array;
  /** Rotation statements as they were written; none means the plugin's own. */
  readonly statements: readonly string[];
}

/** What became of a login: only `refused`, by the server itself and for the credentials, shows anything. */
export type Door =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What a look at the server tells. */
export interface ServerCheck {
  /** Such as `18.4`. */
  readonly serverVersion: string;
  readonly database: string;
  readonly user: string;
  readonly superuser: boolean;
  /** What keeps keycards from working, in words; empty when all is well. */
  readonly problems: readonly string[];
  /** What new users can be made members of. */
  readonly groupRoles: readonly string[];
}
