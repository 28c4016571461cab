import type { Migration } from '../../vault/change.ts';

/** Certificates stand as base64 of their DER; `key` names the sealed private key, which is bound to the id beside it. */
export const PKI_MIGRATIONS: readonly Migration[] = [
  {
    id: 'pki/001-tables',
    sql: `
      CREATE TABLE pki_issuer (
        mount TEXT PRIMARY KEY,
        id TEXT NOT NULL,
        certificate TEXT NOT NULL,
        chain TEXT NOT NULL,
        key TEXT NOT NULL
      ) STRICT;
      CREATE TABLE pki_pending_key (
        mount TEXT PRIMARY KEY,
        id TEXT NOT NULL,
        key TEXT NOT NULL
      ) STRICT;
      CREATE TABLE pki_config (
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        settings TEXT NOT NULL,
        PRIMARY KEY (mount, name)
      ) STRICT;
      CREATE TABLE pki_role (
        mount TEXT NOT NULL,
        name TEXT NOT NULL,
        settings TEXT NOT NULL,
        PRIMARY KEY (mount, name)
      ) STRICT;
      CREATE TABLE pki_certificate (
        mount TEXT NOT NULL,
        serial TEXT NOT NULL,
        issuer TEXT NOT NULL,
        certificate TEXT NOT NULL,
        not_after INTEGER NOT NULL,
        revoked_at INTEGER,
        PRIMARY KEY (mount, serial)
      ) STRICT;
      CREATE INDEX pki_revoked ON pki_certificate (mount, issuer) WHERE revoked_at IS NOT NULL;
      CREATE TABLE pki_crl (
        mount TEXT PRIMARY KEY,
        issuer TEXT NOT NULL,
        number INTEGER NOT NULL,
        next_update INTEGER NOT NULL,
        stale INTEGER NOT NULL,
        list TEXT NOT NULL
      ) STRICT;
    `,
  },
];
