/** The group whose members may read the shop. */
const GROUP = 'shop_readers';

/** Who the database engine logs in as: it may make roles, and is no superuser. */
export const BROKER_USER = 'keywarden_broker';

/** The sample's own database. */
export const SAMPLE_DATABASE = 'shop';

/**
 * What is run in the database `postgres`, one statement a line. The password goes in over a pipe to a server that does
 * not listen yet and has no log; it is hex, so that it needs no quoting.
 */
export function serverStatements(brokerPassword: string): readonly string[] {
  return [
    `CREATE ROLE ${GROUP} NOLOGIN`,
    `CREATE ROLE ${BROKER_USER} LOGIN CREATEROLE PASSWORD '${brokerPassword}'`,
    `GRANT ${GROUP} TO ${BROKER_USER} WITH ADMIN OPTION`,
    `CREATE DATABASE ${SAMPLE_DATABASE}`,
  ];
}

/** What is run in the sample's own database. */
export const SHOP_STATEMENTS: readonly string[] = [
  'CREATE TABLE products (id integer PRIMARY KEY, name text NOT NULL, price_cents integer NOT NULL, stock integer NOT NULL)',
  "INSERT INTO products VALUES (1, 'Brass key', 1250, 40), (2, 'Padlock', 2400, 18), (3, 'Key ring', 390, 250), (4, 'Door chain', 1590, 12), (5, 'Reception bell', 3200, 7)",
  'CREATE TABLE orders (id integer PRIMARY KEY, product_id integer NOT NULL REFERENCES products, quantity integer NOT NULL, ordered_at timestamptz NOT NULL)',
  "INSERT INTO orders SELECT n, 1 + n % 5, 1 + n % 3, now() - n * interval '3 hours' FROM generate_series(1, 60) AS n",
  `GRANT SELECT ON products, orders TO ${GROUP}`,
];

/** How a keycard of the sample is made: membership of the group, never grants of its own. */
export const CREATION_STATEMENTS: readonly string[] = [
  `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' INHERIT`,
  `GRANT ${GROUP} TO "{{name}}"`,
];
