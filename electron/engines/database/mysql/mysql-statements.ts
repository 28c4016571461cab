import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import type { MysqlSession } from './mysql-session.ts';
import { nativePasswordHash } from './native-password.ts';

/** Where a password is set as such, in Vault's own examples and in what people write. */
const IDENTIFIED_BY = /\bIDENTIFIED\s+BY\s+(['"])\{\{\s*password\s*\}\}\1/gi;
const PASSWORD_FUNCTION = /\bPASSWORD\s*\(\s*(['"])\{\{\s*password\s*\}\}\1\s*\)/gi;
/** A text of nothing but the password. */
const PASSWORD_TEXT = /(['"])\{\{\s*password\s*\}\}\1/g;
const PLACEHOLDER = /(['"])\{\{\s*password\s*\}\}\1|\{\{\s*(name|username|password)\s*\}\}/g;
const PASSWORD = /\{\{\s*password\s*\}\}/;

/** What stands in a statement's `{{…}}`. */
export interface MysqlValues {
  readonly username: string;
  readonly password?: string;
  /** The password as it is, where a hash would do. */
  readonly plaintext?: boolean;
}

/**
 * Fills in a statement. MariaDB writes passwords in statements into its logs, so there it gets the hash in their place
 * (`IDENTIFIED BY PASSWORD '*…'`); MySQL masks them in its own logs, and its newer hash cannot be given.
 *
 * Throws `invalid-request` where the password stands in any other place and would be logged.
 */
export function fillMysqlStatement(
  { isMariaDb, backslashEscapes }: Pick<MysqlSession, 'isMariaDb' | 'backslashEscapes'>,
  statement: string,
  { username, password = '', plaintext = false }: MysqlValues,
): string {
  let hashed = statement;
  if (isMariaDb && !plaintext) {
    const hash = nativePasswordHash(password);
    hashed = statement
      .replace(IDENTIFIED_BY, `IDENTIFIED BY PASSWORD '${hash}'`)
      .replace(PASSWORD_FUNCTION, `'${hash}'`);
    if (PASSWORD.test(hashed)) {
      throw new KeywardenError(
        'invalid-request',
        "write IDENTIFIED BY '{{password}}', so that a hash can take its place; or set password_authentication=password",
      );
    }
  }
  if (/['"\\]/.test(password) && hashed.replace(PASSWORD_TEXT, '').match(PASSWORD)) {
    throw new KeywardenError('invalid-request', "write '{{password}}' between quotes of its own");
  }
  // In one go, so that nothing is read out of what was put in.
  return hashed.replace(PLACEHOLDER, (_, quote?: string, name?: string) => {
    if (quote !== undefined) return quoteText(password, backslashEscapes);
    return name === 'password' ? password : username;
  });
}

/** A password that a person chose may hold anything; what a backslash means depends on the session's mode. */
function quoteText(text: string, backslashEscapes: boolean): string {
  const doubled = backslashEscapes ? text.replaceAll('\\', '\\\\') : text;
  return `'${doubled.replaceAll("'", "''")}'`;
}

/** A role alone: its members log in with all that it may. MariaDB and MySQL name the default role's user differently. */
export function groupStatements(groupRole: string): string[] {
  if (!/^[\w.-]{1,80}$/.test(groupRole)) {
    throw new KeywardenError(
      'invalid-request',
      'group_role may hold letters, digits, dots, dashes and underscores',
    );
  }
  return [
    "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'",
    `GRANT '${groupRole}' TO '{{name}}'@'%'`,
    `SET DEFAULT ROLE '${groupRole}' {{for}} '{{name}}'@'%'`,
  ];
}

/** The word that differs in `groupStatements`. */
export function inDialect({ isMariaDb }: Pick<MysqlSession, 'isMariaDb'>, statement: string): string {
  return statement.replace('{{for}}', isMariaDb ? 'FOR' : 'TO');
}

/** Takes a text apart at its semicolons, as the servers' own clients do: not inside quotes and comments. */
export function splitMysqlStatements(text: string): string[] {
  const token =
    /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--\s[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|;|[\s\S]/g;
  const statements = [''];
  for (const [part] of text.matchAll(token)) {
    if (part === ';') statements.push('');
    else if (!/^(?:--|#|\/\*(?!!))/.test(part)) statements[statements.length - 1] += part;
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '');
}
