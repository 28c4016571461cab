/**
 * The main job, headless and without questions: a throw-away vault, a real PostgreSQL, an app with an unmodified Vault client.
 * Ends with 0 only if every step held.
 */
import { join } from 'node:path';
import nodeVault from 'node-vault';
import { makeKwHome } from '../support/kw.ts';
import { startPostgres } from '../support/postgres.ts';
import { codeOf, type DatabaseUser, tryLogin, until, untilRefused } from './refusal.ts';
import { mustHold, printedSteps } from './steps.ts';

const TTL = 4;
/** What starting a connection and one look at a time may add. */
const SLACK = 3;

const { step } = printedSteps((text) => process.stdout.write(text));
process.stdout.write('Keywarden: one encrypted vault, and keycards that die on time.\n');

const home = makeKwHome();
const closing: (() => Promise<void>)[] = [() => home.remove()];
try {
  const vault = [
    '--vault',
    join(home.folder, 'vault'),
    '--passphrase-file',
    home.file('passphrase', 'only for a demo\n'),
  ];
  const listen = ['--listen', '127.0.0.1:0'];
  let rootToken = '';
  await step('Make a vault: kw init', async () => {
    const made = await home.kw(['init', ...vault, '--json']);
    mustHold(made.code === 0, `kw init ends with 0: ${made.stderr}`);
    rootToken = String(JSON.parse(made.stdout).root_token);
    return 'an encrypted vault in a temporary folder; its root token was shown once';
  });

  let served = await home.serve([...vault, ...listen]);
  const client = (token: string) => nodeVault({ apiVersion: 'v1', endpoint: served.address, token });
  const admin = client(rootToken);
  const postgres = await startPostgres();
  closing.unshift(() => postgres.close());

  await step('Serve it: kw serve; beside it a PostgreSQL with a table that a group may read', async () => {
    await postgres.query(
      `CREATE ROLE readers NOLOGIN; CREATE TABLE fruit (name text); INSERT INTO fruit VALUES ('apple'), ('pear');
       GRANT SELECT ON fruit TO readers`,
    );
    return `broker at ${served.address}, PostgreSQL at 127.0.0.1:${postgres.port}`;
  });

  let appToken = '';
  await step(`Let one app ask for database users that live ${TTL} seconds`, async (say) => {
    await admin.write('database/config/demo', {
      plugin_name: 'postgresql-database-plugin',
      connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres?sslmode=disable`,
      username: postgres.user,
      password: postgres.password,
      allowed_roles: ['reader'],
    });
    say('connection written, and tried before it was kept');
    await admin.write('database/roles/reader', {
      db_name: 'demo',
      creation_statements: [
        `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE readers`,
      ],
      default_ttl: `${TTL}s`,
      max_ttl: '1h',
    });
    await admin.addPolicy({
      name: 'fruit-app',
      rules: 'path "database/creds/reader" { capabilities = ["read"] }',
    });
    await admin.write('auth/approle/role/fruit-app', { token_policies: 'fruit-app', token_ttl: '10m' });
    await admin.write('secret/data/payroll', { data: { password: 'not for the fruit app' } });
    return 'a connection, a role, a policy with a single door, and an AppRole for the app';
  });

  await step('The app logs in with AppRole, through the unmodified npm client node-vault', async () => {
    const { role_id } = (await admin.read('auth/approle/role/fruit-app/role-id')).data;
    const { secret_id } = (await admin.write('auth/approle/role/fruit-app/secret-id', {})).data;
    const { auth } = await client('').approleLogin({ role_id, secret_id });
    appToken = auth.client_token;
    mustHold(auth.policies.includes('fruit-app'), 'the token has the policy of the app');
    mustHold(!auth.policies.includes('root'), 'the token is not root');
    return `a token for ${auth.lease_duration} seconds with the policies ${auth.policies.join(', ')}`;
  });

  await step('It asks for a path outside its policy', async () => {
    const refused = await client(appToken)
      .read('secret/data/payroll')
      .then(() => 200, statusOf);
    mustHold(refused === 403, `the broker answers 403, not ${refused}`);
    return '403: permission denied';
  });

  const issue = async (): Promise<DatabaseUser & { lease: string; since: number }> => {
    const since = performance.now();
    const { data, lease_id } = await client(appToken).read('database/creds/reader');
    return { username: data.username, password: data.password, lease: lease_id, since };
  };

  const first = await issue();
  await step('It fetches a database user and reads the table with it, over pg', async (say) => {
    say(`user ${first.username}, lease ${first.lease}`);
    const session = await postgres.login(first.username, first.password);
    const { rows } = await session.query('SELECT name FROM fruit ORDER BY name');
    await session.end();
    mustHold(rows.length === 2, 'the table has two rows');
    return `PostgreSQL answers: ${rows.map((row) => row.name).join(', ')}`;
  });

  await step(`The same credential after its ${TTL} seconds`, async () => {
    const { code, seconds } = await untilRefused(postgres, first, first.since, TTL + SLACK);
    mustHold(seconds > TTL - 1, `it lived for its TTL, not ${seconds.toFixed(1)} seconds`);
    return `refused by PostgreSQL (${code}) after ${seconds.toFixed(1)} seconds`;
  });

  await step('A session that stays open and has done SET ROLE, when its lease is revoked', async () => {
    const user = await issue();
    const session = await postgres.login(user.username, user.password);
    let farewell = '';
    session.on('error', (error) => {
      farewell ||= codeOf(error);
    });
    await session.query('SET ROLE readers');
    await session.query('SELECT name FROM fruit');
    await client(rootToken).revoke({ lease_id: user.lease });
    const answer = await session.query('SELECT name FROM fruit').then(() => 'rows', codeOf);
    await session.end().catch(() => {});
    mustHold(answer !== 'rows', 'the session reads nothing any more');
    mustHold((await tryLogin(postgres, user)) !== undefined, 'PostgreSQL refuses a new login');
    mustHold((await roleCount(user)) === 0, 'the role is gone');
    return `the session is dead (${farewell || answer}), the login refused, the role dropped`;
  });

  await step('A second credential, and the broker killed with SIGKILL while it lives', async (say) => {
    const user = await issue();
    mustHold((await tryLogin(postgres, user)) === undefined, 'it opens the door at first');
    const killed = await served.end('SIGKILL');
    mustHold(killed.signal === 'SIGKILL', 'the broker is dead');
    say(`the broker is dead; the role is still there: ${(await roleCount(user)) === 1 ? 'yes' : 'no'}`);
    const { code, seconds } = await untilRefused(postgres, user, user.since, TTL + SLACK);
    mustHold(seconds > TTL - 1, `it lived for its TTL, not ${seconds.toFixed(1)} seconds`);
    mustHold((await roleCount(user)) === 1, 'nobody but PostgreSQL ended it');
    say(`PostgreSQL refuses it all the same (${code}) after ${seconds.toFixed(1)} seconds: VALID UNTIL`);
    served = await home.serve([...vault, ...listen]);
    await until(async () => (await roleCount(user)) === 0, 'the role is dropped after the start');
    return 'it died by itself; the broker, started again, dropped what was left of it';
  });

  await served.end();
  process.stdout.write('\nAll of it held.\n');

  async function roleCount({ username }: DatabaseUser): Promise<number> {
    const rows = await postgres.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [username]);
    return rows.length;
  }
} catch (error) {
  process.stdout.write(`\nIt did not hold: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const close of closing) await close();
}

/** The HTTP status of what the client threw. */
function statusOf(error: unknown): number | undefined {
  return (error as { response?: { statusCode?: number } }).response?.statusCode;
}
