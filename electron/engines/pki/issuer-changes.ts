import { z } from 'zod';
import { defineChange } from '../../vault/change.ts';
import type { StateDb } from '../../vault/state-db.ts';
import { issuerSettings } from './issuer-settings.ts';

const ofMount = z.strictObject({ mount: z.string() });
const one = ofMount.extend({ id: z.string() });

/** A private key is in the mount now; it may have a certificate, or wait for one. */
export const KEY_ADDED = defineChange(
  'pki/key-added@1',
  one.extend({ name: z.string(), key: z.string() }),
  (db, { mount, id, name, key }) =>
    db.run('INSERT INTO pki_key (mount, id, name, key) VALUES (?, ?, ?, ?)', mount, id, name, key),
);

/** A key has another name. */
export const KEY_NAMED = defineChange(
  'pki/key-named@1',
  one.extend({ name: z.string() }),
  (db, { mount, id, name }) =>
    db.run('UPDATE pki_key SET name = ? WHERE mount = ? AND id = ?', name, mount, id),
);

/** A key is gone: nobody signs with it any more. */
export const KEY_REMOVED = defineChange('pki/key-removed@1', one, (db, { mount, id }) => {
  db.run('DELETE FROM pki_key WHERE mount = ? AND id = ?', mount, id);
  db.run("UPDATE pki_issuer SET key_id = '' WHERE mount = ? AND key_id = ?", mount, id);
});

/** An issuer is in the mount now, or has its key now. */
export const ISSUER_ADDED = defineChange(
  'pki/issuer-added@1',
  one.extend({
    name: z.string(),
    keyId: z.string(),
    authority: z.string(),
    certificate: z.string(),
    chain: z.array(z.string()),
    settings: issuerSettings,
  }),
  (db, { mount, id, name, keyId, authority, certificate, chain, settings }) => {
    db.run(
      `INSERT OR REPLACE INTO pki_issuer (mount, id, name, key_id, authority, certificate, chain, settings)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      mount,
      id,
      name,
      keyId,
      authority,
      certificate,
      JSON.stringify(chain),
      JSON.stringify(settings),
    );
    outdate(db, mount, id);
  },
);

/** An issuer has another name or other settings. */
export const ISSUER_CHANGED = defineChange(
  'pki/issuer-changed@1',
  one.extend({ name: z.string(), settings: issuerSettings }),
  (db, { mount, id, name, settings }) =>
    db.run(
      'UPDATE pki_issuer SET name = ?, settings = ? WHERE mount = ? AND id = ?',
      name,
      JSON.stringify(settings),
      mount,
      id,
    ),
);

/** One issuer is gone; what it has issued is remembered. */
export const ISSUER_DELETED = defineChange('pki/issuer-deleted@1', one, (db, { mount, id }) => {
  outdate(db, mount, id);
  db.run('DELETE FROM pki_issuer WHERE mount = ? AND id = ?', mount, id);
});

/** All issuers and keys of the mount are gone; what they have issued is remembered. */
export const ISSUERS_REMOVED = defineChange('pki/issuer-removed@1', ofMount, (db, { mount }) => {
  db.run('DELETE FROM pki_issuer WHERE mount = ?', mount);
  db.run('DELETE FROM pki_key WHERE mount = ?', mount);
  db.run("DELETE FROM pki_config WHERE mount = ? AND name IN ('issuers', 'awaited')", mount);
});

/** Of the time when a mount had one issuer: it is there, or its certificate was renewed. No new records of this kind are made. */
const LONE_ISSUER_SET = defineChange(
  'pki/issuer-set@1',
  one.extend({ certificate: z.string(), chain: z.array(z.string()), key: z.string() }),
  (db, { mount, id, certificate, chain, key }) => {
    db.run('DELETE FROM pki_issuer WHERE mount = ?', mount);
    db.run('DELETE FROM pki_key WHERE mount = ?', mount);
    db.run("INSERT INTO pki_key (mount, id, name, key) VALUES (?, ?, '', ?)", mount, id, key);
    db.run(
      `INSERT INTO pki_issuer (mount, id, name, key_id, authority, certificate, chain, settings)
       VALUES (?, ?, '', ?, ?, ?, ?, '{}')`,
      mount,
      id,
      id,
      id,
      certificate,
      JSON.stringify(chain),
    );
    db.run(
      "INSERT OR REPLACE INTO pki_config (mount, name, settings) VALUES (?, 'issuers', json_object('default', ?))",
      mount,
      id,
    );
  },
);

/** Of the same time: the one key that waited for its certificate. */
const LONE_KEY_PENDING = defineChange(
  'pki/key-pending@1',
  one.extend({ key: z.string() }),
  (db, { mount, id, key }) => {
    db.run(
      'DELETE FROM pki_key WHERE mount = ? AND id NOT IN (SELECT key_id FROM pki_issuer WHERE mount = ?)',
      mount,
      mount,
    );
    db.run("INSERT INTO pki_key (mount, id, name, key) VALUES (?, ?, '', ?)", mount, id, key);
  },
);

/** Of the same time: a list that was kept as a whole. It is signed anew when it is read. */
const WHOLE_CRL_SIGNED = defineChange(
  'pki/crl-signed@1',
  ofMount.extend({
    issuer: z.string(),
    number: z.number().int(),
    nextUpdate: z.number().int(),
    list: z.string(),
  }),
  (db, { mount, issuer, number }) => {
    db.run('DELETE FROM pki_crl WHERE mount = ?', mount);
    db.run(
      `INSERT INTO pki_crl (mount, authority, number, this_update, next_update, stale, signature)
       VALUES (?, ?, ?, 0, 0, 1, '')`,
      mount,
      issuer,
      number,
    );
  },
);

/** The list of its authority may be another issuer's to sign from here on. */
function outdate(db: StateDb, mount: string, id: string): void {
  db.run(
    `UPDATE pki_crl SET stale = 1 WHERE mount = ?
       AND authority = (SELECT authority FROM pki_issuer WHERE mount = ? AND id = ?)`,
    mount,
    mount,
    id,
  );
}

export const ISSUER_CHANGES = [
  KEY_ADDED,
  KEY_NAMED,
  KEY_REMOVED,
  ISSUER_ADDED,
  ISSUER_CHANGED,
  ISSUER_DELETED,
  ISSUERS_REMOVED,
  LONE_ISSUER_SET,
  LONE_KEY_PENDING,
  WHOLE_CRL_SIGNED,
];
