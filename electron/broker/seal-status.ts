/** What the broker tells about the vault to anyone who asks. */
export interface SealStatusInfo {
  /** False before a vault exists. */
  readonly initialized: boolean;
  /** Shown as the cluster's id while the vault is open. */
  readonly vaultId: string | undefined;
  /** Where keys open it: one of one unless told. */
  readonly keys?:
    | { readonly threshold: number; readonly total: number; readonly progress: number }
    | undefined;
}

/** What clients take us for: the last Vault whose answers all of them understand. */
const VERSION = '1.15.6';
const BUILD_DATE = '2024-02-28T17:07:34Z';

/** The body of sys/seal-status, without an envelope. */
export function sealStatusBody(info: SealStatusInfo, sealed: boolean): Record<string, unknown> {
  return {
    type: 'shamir',
    initialized: info.initialized,
    sealed,
    t: info.initialized ? (info.keys?.threshold ?? 1) : 0,
    n: info.initialized ? (info.keys?.total ?? 1) : 0,
    progress: sealed ? (info.keys?.progress ?? 0) : 0,
    nonce: '',
    version: VERSION,
    build_date: BUILD_DATE,
    migration: false,
    ...cluster(info, sealed),
    recovery_seal: false,
    storage_type: 'file',
  };
}

/** The body of sys/health, without an envelope. `now` in milliseconds since 1970. */
export function healthBody(info: SealStatusInfo, sealed: boolean, now: number): Record<string, unknown> {
  const replication = sealed ? 'unknown' : 'disabled';
  return {
    initialized: info.initialized,
    sealed,
    standby: sealed,
    performance_standby: false,
    replication_performance_mode: replication,
    replication_dr_mode: replication,
    server_time_utc: Math.floor(now / 1000),
    version: VERSION,
    ...cluster(info, sealed),
  };
}

/** The body of sys/leader, without an envelope: we are the only one. */
export function leaderBody(): Record<string, unknown> {
  return {
    ha_enabled: false,
    is_self: false,
    active_time: '0001-01-01T00:00:00Z',
    leader_address: '',
    leader_cluster_address: '',
    performance_standby: false,
    performance_standby_last_remote_wal: 0,
  };
}

function cluster(info: SealStatusInfo, sealed: boolean): Record<string, unknown> {
  return sealed || info.vaultId === undefined ? {} : { cluster_name: 'keywarden', cluster_id: info.vaultId };
}
