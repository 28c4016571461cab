import { expect, test } from 'vitest';
import { stateSchema } from '../../../electron/core/state-schema.ts';
import { kvEngine } from '../../../electron/engines/kv/kv-engine.ts';
import { State } from '../../../electron/vault/state.ts';
import type { ReadDb } from '../../../electron/vault/state-db.ts';
import { openCoreWorld, rest } from './support/core-world.ts';

/**
 * Everything in the state but the sealed values, which a replay gets from the frames, and how the text index lays
 * itself out, which is its own affair: what it finds is compared.
 */
function dump(db: ReadDb): Record<string, unknown> {
  const tables = db.all<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('vault_values', 'vault_lingering') AND name NOT GLOB 'kv_search_*' ORDER BY name",
  );
  return Object.fromEntries(tables.map(({ name }) => [name, db.all(`SELECT * FROM ${name} ORDER BY 1`)]));
}

test('replaying the records gives the same state', async () => {
  const world = await openCoreWorld();
  const { root } = world;
  const app = 'auth/approle/role/shop';
  await world.ask(root, 'update', app, { token_policies: 'shop', token_num_uses: 3 });
  const { role_id } = await world.data(root, 'read', `${app}/role-id`);
  const { secret_id } = await world.data(root, 'update', `${app}/secret-id`, { num_uses: 2, ttl: 600 });
  const policy = 'path "database/creds/*" { capabilities = ["read"] }';
  await world.ask(root, 'update', 'sys/policies/acl/shop', { policy });
  const { client_token } = await world.auth('', 'update', 'auth/approle/login', { role_id, secret_id });
  await world.ask(client_token, 'read', 'database/creds/app');
  const kept = await world.ask(root, 'read', 'database/creds/app');
  const ended = await world.ask(root, 'read', 'database/creds/app');
  await world.ask(root, 'update', 'sys/leases/renew', { lease_id: kept.envelope?.lease_id, increment: 300 });
  await world.ask(root, 'update', 'sys/leases/revoke', { lease_id: ended.envelope?.lease_id });
  await world.refusal(client_token, 'read', 'secret/data/x');
  await world.ask(root, 'update', 'sys/mounts/more', { type: 'kv-v2' });
  await world.ask(root, 'update', 'secret/data/x', { data: { a: 'b' } });
  await world.core.openSession('desktop');
  await world.data('', 'update', 'auth/desktop/request', { program: 'kw' });
  await world.auth(root, 'update', 'auth/token/create', { policies: ['a'], ttl: 100 });
  world.clock.advance(130_000);
  await rest();

  const replayed = await State.open(stateSchema([kvEngine, world.target.engine]));
  for (const record of world.records) replayed.apply(record);
  expect(dump(replayed.reading)).toEqual(await world.vault.turn(({ db }) => dump(db)));
  expect(await world.count('leases')).toBe(3);
});
