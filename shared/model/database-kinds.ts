/** The kinds of servers that the desktop connects, as people know them. */
export const DATABASE_KINDS = ['postgresql', 'mysql', 'redis'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** The schemes of URLs that lead to each; the first is the one that we write. */
export const URL_SCHEMES: Readonly<Record<DatabaseKind, readonly string[]>> = {
  postgresql: ['postgresql', 'postgres'],
  mysql: ['mysql', 'mariadb'],
  redis: ['redis', 'rediss'],
};
