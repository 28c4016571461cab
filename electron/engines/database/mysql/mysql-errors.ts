import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';

interface Words {
  readonly words: string;
  /** The server's own message names objects only, never a value: it may be shown after ours. */
  readonly echo?: true;
}

/** What servers and sockets answer, in words for a person: the servers' error numbers, and Node's system errors. */
const ERROR_WORDS: Readonly<Record<string, Words>> = {
  '1040': { words: 'the database has no connection to spare' },
  '1044': { words: "the connection's user lacks a right", echo: true },
  '1045': { words: 'the database refused the user name or password' },
  '1049': { words: 'there is no database of that name on the server' },
  '1053': { words: 'the database is shutting down' },
  '1064': { words: 'a statement is not valid SQL' },
  '1095': {
    words:
      "the connection's user may not end others' sessions: GRANT CONNECTION ADMIN ON *.* TO it (MySQL: CONNECTION_ADMIN)",
  },
  '1129': { words: 'the database has blocked this host after too many errors' },
  '1130': { words: 'the database does not let anybody log in from here' },
  '1141': { words: 'there is no such grant', echo: true },
  '1142': { words: "the connection's user lacks a right", echo: true },
  '1146': { words: 'a table that is named does not exist', echo: true },
  '1227': { words: "the connection's user lacks a right", echo: true },
  '1290': { words: 'the database is read-only (a replica?)' },
  '1396': { words: 'the database could not make or change the user', echo: true },
  '1410': { words: "the connection's user may not create users by granting" },
  '1959': { words: 'a role that is named does not exist', echo: true },
  '3523': { words: 'a role that is named does not exist', echo: true },
  '4006': {
    words:
      'the user is named as the definer of stored objects, and the connection’s user may not leave them without one: ' +
      'grant it SET_USER_ID, or ALLOW_NONEXISTENT_DEFINER on newer servers',
  },
  ECONNREFUSED: { words: 'nothing answers at that address: is the database running?' },
  ECONNRESET: { words: 'the connection was cut' },
  EPIPE: { words: 'the connection was cut' },
  PROTOCOL_CONNECTION_LOST: { words: 'the connection was cut' },
  PROTOCOL_SEQUENCE_TIMEOUT: { words: 'the database did not answer in time' },
  ENOENT: { words: 'there is no socket at that path' },
  ENOTFOUND: { words: 'there is no host of that name' },
  EAI_AGAIN: { words: 'the host name cannot be resolved right now' },
  EHOSTUNREACH: { words: 'the host cannot be reached' },
  ENETUNREACH: { words: 'the network cannot be reached' },
  ETIMEDOUT: { words: 'the host does not answer' },
  HANDSHAKE_NO_SSL_SUPPORT: { words: 'the server does not speak TLS: add ?tls=false if that is meant' },
  HANDSHAKE_SSL_ERROR: { words: "the server's certificate is not trusted here: give its CA in tls_ca" },
};

/** The server's number, or the system's code, of what was thrown. */
export function mysqlCode(error: unknown): string | undefined {
  const { errno, code, fatal } = (error ?? {}) as { errno?: unknown; code?: unknown; fatal?: unknown };
  if (typeof errno === 'number' && errno > 0) return String(errno);
  return typeof code === 'string' ? code : fatal === true ? 'PROTOCOL_CONNECTION_LOST' : undefined;
}

/** Whether it was the server that said no to a statement, and not the network that failed. */
export function isServersAnswer(error: unknown): boolean {
  return /^\d{4}$/.test(mysqlCode(error) ?? '');
}

/**
 * Turns what a server or socket threw into `target-unavailable` with a reason that is safe to show.
 *
 * @param hidden texts that must not appear even if the server repeats them
 */
export function mysqlError(error: unknown, hidden: readonly string[] = []): KeywardenError {
  if (error instanceof KeywardenError) return error;
  return new KeywardenError('target-unavailable', reasonFor(error, hidden), { cause: error });
}

function reasonFor(error: unknown, hidden: readonly string[]): string {
  const code = mysqlCode(error);
  const known = code === undefined ? undefined : ERROR_WORDS[code];
  const message = error instanceof Error ? error.message : '';
  // The driver puts its own code over that of TLS.
  if (code === 'HANDSHAKE_SSL_ERROR' && /altnames/.test(message)) {
    return "the server's certificate is for another host";
  }
  if (known) return known.echo ? `${known.words}: ${without(message, hidden)}` : known.words;
  if (code !== undefined) return `the database refused (${code})`;
  return /closed|destroyed|abort/i.test(message)
    ? 'the connection was cut'
    : 'the database could not be used';
}

function without(message: string, hidden: readonly string[]): string {
  return hidden.filter((text) => text !== '').reduce((safe, text) => safe.replaceAll(text, '***'), message);
}
