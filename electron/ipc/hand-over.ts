import type { DoorShape } from '../../shared/model/door.ts';
import type { HeldTexts } from './held-values.ts';

/** What an app needs for its first login, and the doors that it will open. */
export interface HandOver {
  readonly address: string;
  readonly roleId: string;
  readonly secretId: string;
  /** Empty when its policy was written by hand. */
  readonly doors: readonly DoorShape[];
}

/**
 * Everything that can be copied when an app gets its copy-once keycard, one text for each choice. The snippets read
 * the ids from the environment, so that nobody pastes a secret into source code; they open the app's first door.
 */
export function revealHandOver({ address, roleId, secretId, doors }: HandOver): HeldTexts {
  const door = doors[0] ?? { kind: 'read-secret', target: 'my-app' };
  return {
    'secret-id': secretId,
    environment: environmentLines(address, roleId, secretId),
    'node-vault': nodeVault(door),
    hvac: hvac(door),
    'kw-run': kwRun(door),
  };
}

function environmentLines(address: string, roleId: string, secretId: string): string {
  return [`VAULT_ADDR=${address}`, `VAULT_ROLE_ID=${roleId}`, `VAULT_SECRET_ID=${secretId}`, ''].join('\n');
}

function nodeVault(door: DoorShape): string {
  const values = door.kind === 'database' ? 'data' : 'data.data';
  return `import vault from 'node-vault';

const client = vault({ endpoint: process.env.VAULT_ADDR });
await client.approleLogin({
  role_id: process.env.VAULT_ROLE_ID,
  secret_id: process.env.VAULT_SECRET_ID,
});
const { data } = await client.read(${JSON.stringify(clientPath(door))});
console.log(Object.keys(${values}));
`;
}

function hvac(door: DoorShape): string {
  const values = door.kind === 'database' ? 'answer["data"]' : 'answer["data"]["data"]';
  return `import os
import hvac

client = hvac.Client(url=os.environ["VAULT_ADDR"])
client.auth.approle.login(
    role_id=os.environ["VAULT_ROLE_ID"],
    secret_id=os.environ["VAULT_SECRET_ID"],
)
answer = client.read(${JSON.stringify(clientPath(door))})
print(list(${values}))
`;
}

function kwRun(door: DoorShape): string {
  const references =
    door.kind === 'database'
      ? [
          `PGUSER=kw://database/creds/${door.target}#username`,
          `PGPASSWORD=kw://database/creds/${door.target}#password`,
        ]
      : [`MY_SECRET=kw://secret/${secretName(door.target)}#FIELD`];
  return `# with VAULT_ADDR, VAULT_ROLE_ID and VAULT_SECRET_ID in the environment
export VAULT_TOKEN="$(printf %s "$VAULT_SECRET_ID" | kw write --field client_token auth/approle/login role_id="$VAULT_ROLE_ID" secret_id=-)"
kw run ${references.map((reference) => `-e '${reference}'`).join(' ')} -- npm start
`;
}

/** The door as Vault's clients name it. */
function clientPath(door: DoorShape): string {
  return door.kind === 'database'
    ? `database/creds/${door.target}`
    : `secret/data/${secretName(door.target)}`;
}

/** A folder is a door to many secrets: NAME stands for the one that is meant. */
function secretName(target: string): string {
  return target.endsWith('/') ? `${target}NAME` : target;
}
