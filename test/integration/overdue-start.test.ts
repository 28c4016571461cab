import { expect, it } from 'vitest';
import { leaseIntended, leaseIssued } from '../../electron/core/leases/lease-changes.ts';
import { databaseEngine } from '../../electron/engines/database/database-engine.ts';
import { kvEngine } from '../../electron/engines/kv/kv-engine.ts';
import type { ValueHash } from '../../electron/vault/vault.ts';
import type { Envelope } from '../../shared/model/envelope.ts';
import { manualClock } from '../support/manual-clock.ts';
import { openMemoryCore } from '../support/memory-core.ts';

const OVERDUE = 10_000;

it(`a start with ${OVERDUE} overdue leases and a dead target serves KV within a second`, async () => {
  const clock = manualClock();
  const opened = await openMemoryCore([kvEngine, databaseEngine], clock);
  const before = opened.start();
  await before.ask('update', 'secret/data/greeting', { data: { hello: 'world' } });
  await before.ask('update', 'database/config/dead', {
    plugin_name: 'postgresql-database-plugin',
    // Nothing can listen there.
    connection_url: 'postgresql://{{username}}:{{password}}@127.0.0.1:1/postgres',
    username: 'broker',
    password: 'broker',
    allowed_roles: '*',
    verify_connection: false,
  });
  await before.stop();
  await opened.vault.turn((turn) => {
    const mounts = turn.db.all<{ uuid: string }>("SELECT uuid FROM mounts WHERE path = 'database/'");
    const connections = turn.db.all<{ id: string }>('SELECT id FROM database_connection');
    const [mount, connection] = [mounts[0]?.uuid ?? '', connections[0]?.id ?? ''];
    const changes = Array.from({ length: OVERDUE }, (_, number) => {
      const nonce = number.toString(16).padStart(32, '0');
      const id = `database/creds/app/${nonce}`;
      const secret: ValueHash = turn.sealValue(new Uint8Array(32), {
        mount,
        owner: `lease:${nonce}`,
        version: 0,
      });
      const data = {
        connection,
        connectionName: 'dead',
        role: 'app',
        username: `v-${number}`,
        revocationStatements: [],
      };
      return [
        leaseIntended.make({
          id,
          nonce,
          mount,
          path: 'database/creds/app',
          tokenHash: 'x',
          tokenAccessor: 'x',
          owner: 'app',
          ttl: 60,
          issuedAt: turn.now,
          expiresAt: turn.now + 60_000,
          maxExpiresAt: turn.now + 60_000,
          renewable: true,
          promise: 'dies-by-itself',
          data,
          secret,
        }),
        leaseIssued.make({ id, remember: { oid: 100_000 + number } }),
      ];
    }).flat();
    const actor = { kind: 'vault', id: '', name: '' };
    turn.record({ actor, operation: 'test', path: '', outcome: 'ok', requestId: 'test', changes });
  });
  clock.advance(3_600_000);

  // Processor time, which unlike the wall hardly depends on who else is at work; nothing here waits for anything else.
  const used = process.cpuUsage();
  const core = opened.start();
  const { envelope } = await core.ask('read', 'secret/data/greeting');
  const { user, system } = process.cpuUsage(used);
  expect((envelope as Envelope).data).toMatchObject({ data: { hello: 'world' } });
  expect((user + system) / 1000).toBeLessThan(1000);
  const left = await opened.vault.turn((turn) =>
    turn.db.all<{ state: string; n: number }>('SELECT state, count(*) AS n FROM leases GROUP BY state'),
  );
  expect(left).toEqual([{ state: 'ending', n: OVERDUE }]);
  await core.stop();
});
