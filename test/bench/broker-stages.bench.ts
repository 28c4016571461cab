/** What one KV read is made of, stage by stage, each alone and in one process: microseconds of the median of many. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BodyBudget } from '../../electron/broker/read-body.ts';
import { readRequest } from '../../electron/broker/read-request.ts';
import { readTarget } from '../../electron/broker/read-target.ts';
import { compileAcl } from '../../electron/core/policy/acl.ts';
import { parsePolicy } from '../../electron/core/policy/parse-policy.ts';
import type { ValueHash } from '../../electron/vault/vault.ts';
import {
  makeSecretsVault,
  openSecretsVault,
  secretPath,
  throwAwayFolder,
  writeSecret,
} from './support/secrets-vault.ts';

const ROUNDS = 20_000;
const BATCH = 64;

function print(stage: string, microseconds: number): void {
  process.stdout.write(`${stage.padEnd(44)} ${microseconds.toFixed(1).padStart(8)} µs\n`);
}

/** Microseconds of one call, over many. */
function timeOf(work: () => void): number {
  for (let warm = 0; warm < ROUNDS / 10; warm += 1) work();
  const started = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) work();
  return ((performance.now() - started) * 1000) / ROUNDS;
}

const folder = throwAwayFolder();
await makeSecretsVault(folder);
const vault = await openSecretsVault(folder);
const path = secretPath(7);
await writeSecret(vault, path);

const request = {
  url: `/v1/secret/data/${path}`,
  method: 'GET',
  headers: { host: 'localhost:8200', 'x-vault-token': `hvs.${randomBytes(24).toString('base64url')}` },
  resume: () => undefined,
} as unknown as IncomingMessage;
const budget = new BodyBudget();
const started = performance.now();
for (let round = 0; round < ROUNDS; round += 1)
  await readRequest(request, readTarget(request.url ?? ''), budget);
print('parse the request', ((performance.now() - started) * 1000) / ROUNDS);

const acl = compileAcl([parsePolicy('reader', 'path "secret/data/*" { capabilities = ["read"] }')]);
print(
  'ask the policies',
  timeOf(() => acl.allows({ operation: 'read', path: `secret/data/${path}` })),
);

await vault.turn((turn) => {
  print(
    'hash the token',
    timeOf(() => turn.keyedHash('hvs.some-token-of-ordinary-length-as-they-are')),
  );
  const cut = path.lastIndexOf('/') + 1;
  const find = () =>
    turn.db.get<{ id: string; mount: string; value: ValueHash }>(
      `SELECT s.id, s.mount, v.value FROM kv_secret s JOIN kv_version v ON v.secret = s.id AND v.version = s.current_version
       WHERE s.folder = ? AND s.name = ?`,
      path.slice(0, cut),
      path.slice(cut),
    );
  print('read the state', timeOf(find));
  const row = find();
  if (row === undefined) throw new Error('the secret is missing');
  print(
    'open the value',
    timeOf(() => void turn.revealValue(row.value, { mount: row.mount, owner: row.id, version: 1 })),
  );
});

const record = () =>
  vault.turn((turn) =>
    turn.record({
      actor: { kind: 'token', id: 'accessor', name: 'app' },
      operation: 'read',
      path: `secret/data/${path}`,
      outcome: 'ok',
      requestId: '00000000-0000-4000-8000-000000000000',
      changes: [],
    }),
  );
/** Microseconds of one record when so many come at once. */
async function recording(atOnce: number, batches: number): Promise<number> {
  const began = performance.now();
  for (let batch = 0; batch < batches; batch += 1) await Promise.all(Array.from({ length: atOnce }, record));
  return ((performance.now() - began) * 1000) / (atOnce * batches);
}
await recording(BATCH, 50);
print('record, seal, write, fdatasync: one alone', await recording(1, 500));
print(`the same, ${BATCH} at once: each`, await recording(BATCH, 200));
await vault.close();
process.exit(0);
