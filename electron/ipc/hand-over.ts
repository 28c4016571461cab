import type { HeldTexts } from './held-values.ts';

/** What an app needs for its first login. */
export interface HandOver {
  readonly address: string;
  readonly roleId: string;
  readonly secretId: string;
}

/**
 * Everything that can be copied when an app gets its copy-once keycard, one text for each choice. The snippets read
 * the ids from the environment, so that nobody pastes a secret into source code.
 */
export function revealHandOver({ address, roleId, secretId }: HandOver): HeldTexts {
  const environment = [
    `VAULT_ADDR=${address}`,
    `VAULT_ROLE_ID=${roleId}`,
    `VAULT_SECRET_ID=${secretId}`,
    '',
  ].join('\n');
  return {
    'secret-id': secretId,
    environment,
    'node-vault': NODE_VAULT,
    hvac: HVAC,
    'kw-run': kwRun(address),
  };
}

const NODE_VAULT = `import vault from 'node-vault';

const client = vault({ endpoint: process.env.VAULT_ADDR });
await client.approleLogin({
  role_id: process.env.VAULT_ROLE_ID,
  secret_id: process.env.VAULT_SECRET_ID,
});
const { data } = await client.read('secret/data/my-app');
console.log(Object.keys(data.data));
`;

const HVAC = `import os
import hvac

client = hvac.Client(url=os.environ["VAULT_ADDR"])
client.auth.approle.login(
    role_id=os.environ["VAULT_ROLE_ID"],
    secret_id=os.environ["VAULT_SECRET_ID"],
)
answer = client.secrets.kv.v2.read_secret_version(path="my-app")
print(list(answer["data"]["data"]))
`;

function kwRun(address: string): string {
  return `VAULT_ADDR=${address} kw run --env-file .env -- npm run dev\n`;
}
