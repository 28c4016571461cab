import { type KwHome, makeKwHome } from '../../support/kw.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';

/** What every client of the suite finds: a real `kw serve --dev`, a real PostgreSQL, and one app that may use both. */
export interface Stage {
  readonly address: string;
  readonly home: KwHome;
  readonly postgres: TestPostgres;
  /** Logs in with `auth/approle/login`; its policy is `shop`. */
  readonly app: { readonly roleId: string; readonly secretId: string };
  /** Asks with the root token, without any client. Throws unless it is answered with 200, 204 or 404. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Reads a path with the root token and has the answer wrapped for a minute. */
  // biome-ignore lint/suspicious/noExplicitAny: Vault's envelope
  wrap(path: string): Promise<any>;
  /** Throws what the server says unless this pair logs in. */
  logsIn(credentials: { readonly username: string; readonly password: string }): Promise<void>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever Vault's envelope holds there
  readonly json: any;
}

/** The root token of the stage. */
export const ROOT = 'root';

/** All that the app of the stage may do. */
export const SHOP_POLICY = `
path "secret/data/shop/*" { capabilities = ["create", "read", "update", "patch", "delete"] }
path "secret/metadata/shop/*" { capabilities = ["read", "list", "delete"] }
path "secret/metadata/shop" { capabilities = ["list"] }
path "kv1/shop/*" { capabilities = ["create", "read", "update", "delete", "list"] }
path "kv1/shop" { capabilities = ["list"] }
path "database/creds/reader" { capabilities = ["read"] }
path "sys/internal/ui/mounts/*" { capabilities = ["read"] }
`;

/** Starts it all; about two seconds. */
export async function openStage(): Promise<Stage> {
  const home = makeKwHome();
  const [served, postgres] = await Promise.all([
    home.serve(['--dev', '--dev-root-token-id', ROOT, '--listen', '127.0.0.1:0']),
    startPostgres(),
  ]);
  const { address } = served;

  const send = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': ROOT, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok && response.status !== 404) {
      throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    }
    return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
  };
  const ask: Stage['ask'] = (method, path, body) => send(method, path, body);

  await postgres.query(`
    CREATE ROLE readers NOLOGIN;
    CREATE ROLE clerk LOGIN;
    CREATE ROLE second_clerk LOGIN;
    CREATE ROLE steward LOGIN SUPERUSER PASSWORD 'first-of-the-steward';
  `);
  await ask('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
  await ask('POST', 'database/config/main', {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: ['reader', 'clerk', 'second_clerk'],
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port}/postgres`,
    username: postgres.user,
    password: postgres.password,
  });
  await ask('POST', 'database/roles/reader', {
    db_name: 'main',
    default_ttl: '10m',
    max_ttl: '1h',
    creation_statements: [
      `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE readers;`,
    ],
  });
  await ask('PUT', 'sys/policies/acl/shop', { policy: SHOP_POLICY });
  await ask('POST', 'auth/approle/role/shop', { token_policies: ['shop'], token_ttl: '20m' });
  const { role_id } = (await ask('GET', 'auth/approle/role/shop/role-id')).json.data;
  const { secret_id } = (await ask('POST', 'auth/approle/role/shop/secret-id')).json.data;

  return {
    address,
    home,
    postgres,
    app: { roleId: role_id, secretId: secret_id },
    ask,
    async wrap(path) {
      return (await send('GET', path, undefined, { 'X-Vault-Wrap-TTL': '60' })).json;
    },
    async logsIn({ username, password }) {
      const client = await postgres.login(username, password);
      await client.end();
    },
    async close() {
      await home.remove();
      await postgres.close();
    },
  };
}
