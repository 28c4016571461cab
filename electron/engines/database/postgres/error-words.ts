import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';

interface Words {
  readonly words: string;
  /** The server's own message names objects only, never a value: it may be shown after ours. */
  readonly echo?: true;
}

/** What servers and sockets answer, in words for a person. Codes: PostgreSQL's appendix A, and Node's system errors. */
const ERROR_WORDS: Readonly<Record<string, Words>> = {
  '28P01': { words: 'the database refused the user name or password' },
  '28000': {
    words: 'the database does not let this user log in from here (pg_hba.conf, or the role may not log in)',
  },
  '3D000': { words: 'there is no database of that name on the server' },
  '42501': { words: "the connection's user lacks a right", echo: true },
  '42704': { words: 'something that is named does not exist', echo: true },
  '42P01': { words: 'a table that is named does not exist', echo: true },
  '3F000': { words: 'a schema that is named does not exist', echo: true },
  '42710': { words: 'something of that name exists already', echo: true },
  '42601': { words: 'a statement is not valid SQL' },
  '42883': { words: 'a function that is named does not exist' },
  '2BP01': { words: 'something still depends on the user', echo: true },
  '0LP01': { words: "the connection's user may not grant that", echo: true },
  '55P03': { words: 'somebody keeps a lock on the user, or on what it owns' },
  '53300': { words: 'the database has no connection to spare' },
  '57P01': { words: 'the database ended our connection' },
  '57P02': { words: 'the database crashed and is coming back' },
  '57P03': { words: 'the database is starting up or shutting down' },
  '57014': { words: 'the database cancelled the statement' },
  '25006': { words: 'the database is read-only (a standby?)' },
  '08P01': { words: "what answers there does not speak PostgreSQL's protocol" },
  ECONNREFUSED: { words: 'nothing answers at that address: is the database running?' },
  ECONNRESET: { words: 'the connection was cut' },
  EPIPE: { words: 'the connection was cut' },
  ENOTFOUND: { words: 'there is no host of that name' },
  EAI_AGAIN: { words: 'the host name cannot be resolved right now' },
  EHOSTUNREACH: { words: 'the host cannot be reached' },
  ENETUNREACH: { words: 'the network cannot be reached' },
  ETIMEDOUT: { words: 'the host does not answer' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { words: "the server's certificate is self-signed: give its CA in tls_ca" },
  SELF_SIGNED_CERT_IN_CHAIN: { words: "the server's CA is not known here: give it in tls_ca" },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { words: "the server's CA is not known here: give it in tls_ca" },
  CERT_HAS_EXPIRED: { words: "the server's certificate has expired" },
  ERR_TLS_CERT_ALTNAME_INVALID: { words: "the server's certificate is for another host" },
};

/**
 * Turns what a server or socket threw into `target-unavailable` with a reason that is safe to show.
 *
 * @param hidden texts that must not appear even if the server repeats them
 */
export function targetError(error: unknown, hidden: readonly string[] = []): KeywardenError {
  if (error instanceof KeywardenError) return error;
  return new KeywardenError('target-unavailable', reasonFor(error, hidden), { cause: error });
}

/** The SQLSTATE or system code of what was thrown, if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Classes of SQLSTATEs for what befalls any statement: the connection, resources, waiting, an operator, the system. */
const BEFALLS_ANY = /^(08|53|55|57|58)/;

/** Whether the server refused a statement for what it says: others may still go well. */
export function isRefusal(error: unknown): boolean {
  const said = error instanceof KeywardenError ? error.cause : error;
  const code = codeOf(said) ?? '';
  return /^[0-9A-Z]{5}$/.test(code) && !BEFALLS_ANY.test(code);
}

function reasonFor(error: unknown, hidden: readonly string[]): string {
  const code = codeOf(error);
  const known = code === undefined ? undefined : ERROR_WORDS[code];
  if (known)
    return known.echo ? `${known.words}: ${withoutHidden((error as Error).message, hidden)}` : known.words;
  if (code !== undefined) return `the database refused (${code})`;
  const message = error instanceof Error ? error.message : '';
  // The driver's own words, which carry no code.
  if (/timeout|timed out/i.test(message)) return 'the database did not answer in time';
  if (/does not support SSL/i.test(message))
    return 'the server does not speak TLS: add ?sslmode=disable if that is meant';
  if (/terminated|closed|abort/i.test(message)) return 'the connection was cut';
  return 'the database could not be used';
}

function withoutHidden(message: string, hidden: readonly string[]): string {
  return hidden.filter((text) => text !== '').reduce((safe, text) => safe.replaceAll(text, '***'), message);
}
