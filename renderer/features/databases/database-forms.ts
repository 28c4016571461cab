import type { DatabaseKind } from '../../../shared/model/database-kinds.ts';

/** What a kind of server is called, asked for and starts with in the forms. */
interface DatabaseForm {
  readonly title: string;
  readonly port: string;
  /** '': the kind knows no databases, or needs none. */
  readonly database: string;
  readonly hasDatabase: boolean;
  readonly needsDatabase: boolean;
  readonly user: string;
  readonly userHint: string;
  /** Whether a throw-away user can show what its keycards may claim. */
  readonly rehearses: boolean;
  /** What its users promise, in a sentence. */
  readonly promise: string;
  /** What a new kind of access starts with. */
  readonly statements: string;
  readonly statementsHint: string;
  /** What must occur in the statements. */
  readonly parts: readonly string[];
  /** What stands in the statements for the person to replace. */
  readonly placeholder: { readonly pattern: RegExp; readonly word: string; readonly what: string };
}

const SQL_PARTS = ['{{name}}', '{{password}}'];

/** The forms by kind, in the order in which they are offered. */
export const DATABASE_FORMS: Readonly<Record<DatabaseKind, DatabaseForm>> = {
  postgresql: {
    title: 'PostgreSQL',
    port: '5432',
    database: 'postgres',
    hasDatabase: true,
    needsDatabase: true,
    user: 'postgres',
    userHint: 'It must be allowed to create roles.',
    rehearses: true,
    promise: 'PostgreSQL refuses its users after their time, also when Keywarden is off.',
    statements: `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';
GRANT "group" TO "{{name}}";`,
    statementsHint: 'The SQL for each new user (creation statements). Grant a group, not single tables.',
    parts: SQL_PARTS,
    placeholder: { pattern: /GRANT\s+"group"/i, word: '"group"', what: 'your group’s name' },
  },
  mysql: {
    title: 'MariaDB or MySQL',
    port: '3306',
    database: '',
    hasDatabase: true,
    needsDatabase: false,
    user: 'root',
    userHint: 'It must be allowed to create users.',
    rehearses: false,
    promise: 'MariaDB and MySQL know no deadline for a user: Keywarden ends it, and proves that it is gone.',
    statements: `CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}';
GRANT SELECT ON \`database\`.* TO '{{name}}'@'%';`,
    statementsHint: 'The SQL for each new user (creation statements).',
    parts: SQL_PARTS,
    placeholder: { pattern: /`database`\.\*/i, word: '`database`', what: 'your database’s name' },
  },
  redis: {
    title: 'Redis',
    port: '6379',
    database: '',
    hasDatabase: false,
    needsDatabase: false,
    user: 'default',
    userHint: 'It needs +acl and +client.',
    rehearses: false,
    promise: 'Redis knows no deadline for a user: Keywarden ends it, and proves that it is gone.',
    statements: '~app:* +@read',
    statementsHint: 'The ACL rules for each new user (creation statements): keys, channels, commands.',
    parts: [],
    placeholder: { pattern: /~app:\*/, word: '~app:*', what: 'the keys that it may touch' },
  },
};
