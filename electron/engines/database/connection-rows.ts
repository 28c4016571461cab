import type { ReadDb } from '../../vault/state-db.ts';
import type { ValueHash } from '../../vault/vault.ts';

/** How new users' passwords reach the server: as a verifier, or in plaintext where the server has no SCRAM. */
type PasswordAuthentication = 'scram-sha-256' | 'password';

/** A configured connection, without its secrets. */
export interface Connection {
  readonly mount: string;
  readonly name: string;
  /** Never changes; binds the sealed value. */
  readonly id: string;
  /** Counts the writes. */
  readonly version: number;
  readonly plugin: string;
  readonly shownUrl: string;
  readonly username: string;
  /** Names; `*` stands for anything. Empty allows none. */
  readonly allowedRoles: readonly string[];
  readonly passwordAuthentication: PasswordAuthentication;
  /** As it was asked for; how many there are at most is another matter. */
  readonly maxOpenConnections: number;
  readonly rotationStatements: readonly string[];
  readonly secret: ValueHash;
  /** How users are named; '' for the plugin's own way. */
  readonly usernameTemplate: string;
  /** The password policy's name; '' for letters and digits. */
  readonly passwordPolicy: string;
  /** Settings that are kept to be read again. */
  readonly echoed: Readonly<Record<string, string | number | boolean>>;
}

interface StoredConnection {
  readonly mount: string;
  readonly name: string;
  readonly id: string;
  readonly version: number;
  readonly plugin: string;
  readonly shown_url: string;
  readonly username: string;
  readonly allowed_roles: string;
  readonly password_authentication: PasswordAuthentication;
  readonly max_open_connections: number;
  readonly rotation_statements: string;
  readonly secret: ValueHash;
  readonly username_template: string;
  readonly password_policy: string;
  readonly echoed: string;
}

/** The connection of that name, if it is configured. */
export function findConnection(db: ReadDb, mount: string, name: string): Connection | undefined {
  return parse(
    db.get<StoredConnection>('SELECT * FROM database_connection WHERE mount = ? AND name = ?', mount, name),
  );
}

/** The connection of that id, whatever it is called. */
export function findConnectionById(db: ReadDb, id: string): Connection | undefined {
  return parse(db.get<StoredConnection>('SELECT * FROM database_connection WHERE id = ?', id));
}

/** All connections of all mounts: several may lead to one server. */
export function allConnections(db: ReadDb): readonly Connection[] {
  return db.all<StoredConnection>('SELECT * FROM database_connection').flatMap((row) => parse(row) ?? []);
}

/** The names of a mount's connections, sorted. */
export function connectionNames(db: ReadDb, mount: string): string[] {
  return db
    .all<{ name: string }>('SELECT name FROM database_connection WHERE mount = ? ORDER BY name', mount)
    .map((row) => row.name);
}

/** Whether the connection lends itself to a role. */
export function allowsRole(connection: Connection, role: string): boolean {
  return connection.allowedRoles.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's').test(role);
  });
}

function parse(row: StoredConnection | undefined): Connection | undefined {
  return (
    row && {
      mount: row.mount,
      name: row.name,
      id: row.id,
      version: row.version,
      plugin: row.plugin,
      shownUrl: row.shown_url,
      username: row.username,
      allowedRoles: JSON.parse(row.allowed_roles) as string[],
      passwordAuthentication: row.password_authentication,
      maxOpenConnections: row.max_open_connections,
      rotationStatements: JSON.parse(row.rotation_statements) as string[],
      secret: row.secret,
      usernameTemplate: row.username_template,
      passwordPolicy: row.password_policy,
      echoed: JSON.parse(row.echoed) as Connection['echoed'],
    }
  );
}
