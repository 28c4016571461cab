/** What issuing and revoking a database user through the broker costs, beside the bare statements on the same server. */
import pg from 'pg';
import { startPostgres } from '../support/postgres.ts';
import { asker, type Figures, measure, median, placeOf } from './support/load.ts';
import { printFigures } from './support/print-figures.ts';
import { startThrowAwayBroker } from './support/throw-away-broker.ts';

const ROUNDS = 5;
const MILLISECONDS = 1_500;
const LANES = 4;

const postgres = await startPostgres();
const broker = await startThrowAwayBroker();
try {
  await postgres.query('CREATE ROLE readers NOLOGIN');
  await broker.call('POST', 'database/config/bench', {
    plugin_name: 'postgresql-database-plugin',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
    username: postgres.user,
    password: postgres.password,
    allowed_roles: ['reader'],
  });
  await broker.call('POST', 'database/roles/reader', {
    db_name: 'bench',
    creation_statements: [
      `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE readers;`,
    ],
    default_ttl: '1h',
    max_ttl: '2h',
  });
  const clients = await Promise.all(
    Array.from({ length: LANES }, () => postgres.login(postgres.user, postgres.password)),
  );
  let number = 0;
  const bare = async (lane: number) => {
    const name = pg.escapeIdentifier(`bare_${number++}`);
    const sql = `CREATE ROLE ${name} WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$5BZcqQKVQEV7lp0bHuvSvZMVjqnTcPIv1sUV4mUFIDU=:5BZcqQKVQEV7lp0bHuvSvZMVjqnTcPIv1sUV4mUFIDU=' VALID UNTIL '2100-01-01' IN ROLE readers`;
    await clients[lane]?.query(sql);
  };
  const issue = asker(placeOf(broker.address), {
    path: '/v1/database/creds/reader',
    headers: { 'X-Vault-Token': broker.rootToken },
  });
  const ours: Figures[] = [];
  const floor: Figures[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    floor.push(await measure(LANES, MILLISECONDS, bare));
    ours.push(await measure(LANES, MILLISECONDS, issue));
  }
  printFigures(`issuing a PostgreSQL user, ${LANES} at a time`, median(ours), median(floor));
  for (const client of clients) await client.end();
} finally {
  await broker.stop();
  await postgres.close();
}
process.exit(0);
