import type { Migration } from '../../vault/change.ts';

/** Certificates stand as base64 of their DER; `key` names a sealed private key, which is bound to the id of the key. */
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
  {
    id: 'pki/002-issuers',
    sql: `
      CREATE TABLE pki_key (
        mount TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        key TEXT NOT NULL,
        PRIMARY KEY (mount, id)
      ) STRICT;
      INSERT INTO pki_key (mount, id, name, key) SELECT mount, id, '', key FROM pki_issuer;
      INSERT INTO pki_key (mount, id, name, key) SELECT mount, id, '', key FROM pki_pending_key;
      DROP TABLE pki_pending_key;
      ALTER TABLE pki_issuer RENAME TO pki_lone_issuer;
      CREATE TABLE pki_issuer (
        mount TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        -- Of its key; '' where the key is not here.
        key_id TEXT NOT NULL,
        -- A name with a key: certificates, and the list of revoked ones, are an authority's. Issuers may share one.
        authority TEXT NOT NULL,
        certificate TEXT NOT NULL,
        chain TEXT NOT NULL,
        settings TEXT NOT NULL,
        PRIMARY KEY (mount, id)
      ) STRICT;
      INSERT INTO pki_issuer (mount, id, name, key_id, authority, certificate, chain, settings)
        SELECT mount, id, '', id, id, certificate, chain, '{}' FROM pki_lone_issuer;
      INSERT OR REPLACE INTO pki_config (mount, name, settings)
        SELECT mount, 'issuers', json_object('default', id) FROM pki_lone_issuer;
      DROP TABLE pki_lone_issuer;
      ALTER TABLE pki_crl RENAME TO pki_whole_crl;
      -- The list itself follows from the state: its signature is all that does not.
      CREATE TABLE pki_crl (
        mount TEXT NOT NULL,
        authority TEXT NOT NULL,
        number INTEGER NOT NULL,
        this_update INTEGER NOT NULL,
        next_update INTEGER NOT NULL,
        stale INTEGER NOT NULL,
        signature TEXT NOT NULL,
        PRIMARY KEY (mount, authority)
      ) STRICT;
      INSERT INTO pki_crl (mount, authority, number, this_update, next_update, stale, signature)
        SELECT mount, issuer, number, 0, 0, 1, '' FROM pki_whole_crl;
      DROP TABLE pki_whole_crl;
      -- When the last certificate ends that an authority has signed and nobody keeps.
      CREATE TABLE pki_unkept (
        mount TEXT NOT NULL,
        authority TEXT NOT NULL,
        ends INTEGER NOT NULL,
        PRIMARY KEY (mount, authority)
      ) STRICT;
      CREATE TABLE pki_tidied (
        mount TEXT NOT NULL PRIMARY KEY,
        at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX pki_certificate_ends ON pki_certificate (mount, not_after);
      CREATE INDEX pki_authority_ends ON pki_certificate (mount, issuer, not_after);
    `,
  },
];
