import { expect } from 'vitest';
import type { Stage } from '../stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: Vault's envelopes, of every kind
export type Json = any;

/** One request of a row and what must come back. */
export interface Step {
  readonly ask: readonly [
    method: string,
    path: string | (() => string),
    body?: object | ((stage: Stage) => object),
  ];
  readonly status: number;
  /** The keys of `data`, all of them and no others. */
  readonly data?: string;
  /** The keys of the whole body, where there is no envelope. */
  readonly bare?: string;
  /** `data` is repeated at the top level. */
  readonly top?: true;
  /** Parts of the body, as they are. */
  readonly like?: object | (() => object);
  readonly keep?: (body: Json) => void;
  readonly token?: string | (() => string);
  readonly headers?: Readonly<Record<string, string>>;
  /** Another server than the stage's: one that begins without a vault. */
  readonly at?: 'folder';
}

export const kept: Record<string, string> = {};
export const keepAs =
  (name: string, pick: (body: Json) => string): NonNullable<Step['keep']> =>
  (body) => {
    kept[name] = pick(body);
  };
export const recall = (name: string) => kept[name] ?? '';

export const ENVELOPE = 'auth data lease_duration lease_id renewable request_id warnings wrap_info';
export const AUTH =
  'accessor client_token entity_id lease_duration metadata mfa_requirement num_uses orphan policies renewable token_policies token_type';
export const MOUNT =
  'accessor config deprecation_status description external_entropy_access local options plugin_version running_plugin_version running_sha256 seal_wrap type uuid';
export const LOOKUP =
  'accessor creation_time creation_ttl display_name entity_id expire_time explicit_max_ttl id issue_time meta num_uses orphan path policies renewable ttl type';
export const SECRET_ID =
  'cidr_list creation_time expiration_time last_updated_time metadata secret_id_accessor secret_id_num_uses secret_id_ttl token_bound_cidrs';
export const VERSION = 'created_time custom_metadata deletion_time destroyed version';
export const SEAL_STATUS =
  'build_date initialized migration n nonce progress recovery_seal sealed storage_type t type version';
export const HEALTH =
  'initialized performance_standby replication_dr_mode replication_performance_mode sealed server_time_utc standby version';
export const CLUSTER = ' cluster_id cluster_name';
export const PATCH = { 'Content-Type': 'application/merge-patch+json' };
export const POLICY = 'path "x" { policy = "read" }';

export const ok = (method: string, path: Step['ask'][1], data: string, more: Partial<Step> = {}): Step => ({
  ask: [method, path],
  status: 200,
  data,
  ...more,
});
export const done = (
  method: string,
  path: Step['ask'][1],
  body?: Step['ask'][2],
  more: Partial<Step> = {},
): Step => ({
  ask: body === undefined ? [method, path] : [method, path, body],
  status: 204,
  ...more,
});
export const send = (
  method: string,
  path: Step['ask'][1],
  body: object | ((stage: Stage) => object),
  more: Partial<Step>,
): Step => ({
  ask: [method, path, body],
  status: 200,
  ...more,
});
export const auth = (more: object = {}): Pick<Step, 'like'> => ({
  like: () => ({ auth: { client_token: expect.stringMatching(/^hvs\./), token_type: 'service', ...more } }),
});

/** Rows of one or more areas: what each row is called in the table, and what is asked for it. */
export type Areas = Readonly<Record<string, Readonly<Record<string, readonly Step[]>>>>;

/** Asks the server that begins without a vault. */
export const onFolder: Pick<Step, 'at'> = { at: 'folder' };
