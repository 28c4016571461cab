/** What Vault answers with: every key is always there (VAULT dialect, `sdk/logical/translate_response.go`). */
export interface Envelope {
  readonly request_id: string;
  readonly lease_id: string;
  readonly renewable: boolean;
  /** Seconds. */
  readonly lease_duration: number;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly wrap_info: WrapInfo | null;
  readonly warnings: readonly string[] | null;
  readonly auth: AuthEnvelope | null;
  readonly mount_type?: string;
}

/** Stands in an answer for what was wrapped. */
export interface WrapInfo {
  readonly token: string;
  readonly accessor: string;
  /** Seconds. */
  readonly ttl: number;
  readonly creation_time: string;
  readonly creation_path: string;
  /** The accessor of the token inside, where a login was wrapped: revoke it, and what comes out is dead. */
  readonly wrapped_accessor?: string;
}

/** The `auth` block that a login, a token creation and a token renewal answer with. */
export interface AuthEnvelope {
  readonly client_token: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly token_policies: readonly string[];
  /** What the entity behind the token adds; absent where it adds nothing. */
  readonly identity_policies?: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Seconds; 0 means that it never ends. */
  readonly lease_duration: number;
  readonly renewable: boolean;
  readonly entity_id: string;
  readonly token_type: string;
  readonly orphan: boolean;
  readonly mfa_requirement: null;
  readonly num_uses: number;
}
