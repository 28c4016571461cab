import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabaseBench } from '../support/database-bench.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let other: TestPostgres;
let tunnel: Awaited<ReturnType<typeof openTunnel>>;
let bench: Awaited<ReturnType<typeof openDatabaseBench>>;

/** An address behind which the server can change, as behind a tunnel or a name. */
async function openTunnel() {
  const sockets = new Set<Socket>();
  let port = 0;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [one, two] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(two);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        two.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async leadTo(next: number) {
      port = next;
      const closed = [...sockets].map((socket) => once(socket, 'close'));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
      // Idle sockets of ours may not have noticed yet.
      await bench.ask('update', 'reset/main').catch(() => {});
    },
    close: () => server.close(),
  };
}

beforeAll(async () => {
  [postgres, other, tunnel] = await Promise.all([startPostgres(), startPostgres(), openTunnel()]);
  bench = await openDatabaseBench(postgres);
});
afterAll(async () => {
  tunnel?.close();
  await Promise.all([postgres?.close(), other?.close()]);
});

it('a user is not taken for dead by another server at the same address', async () => {
  await tunnel.leadTo(postgres.port);
  await bench.configure({
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${tunnel.port}/postgres`,
  });
  const issued = await bench.issue();
  await tunnel.leadTo(other.port);
  await expect(bench.end(issued)).rejects.toThrow('another server answers at that address');
  await (await postgres.login(issued.username, issued.password)).end();
  await tunnel.leadTo(postgres.port);
  expect((await bench.end(issued)).checks).toContain('no such role');
});

it('where the server does not say who it is, users are made and ended all the same', async () => {
  await postgres.query('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
  await postgres.query("CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'maker'");
  await postgres.query('GRANT app_readers TO maker WITH ADMIN OPTION');
  await bench.configure({ username: 'maker', password: 'maker' });
  const issued = await bench.issue();
  expect(issued.lease.data['server']).toBeUndefined();
  expect((await bench.end(issued)).checks).toContain('no such role');
});

it('every server that a connection names must show that a keycard is gone', async () => {
  await tunnel.leadTo(postgres.port);
  const url = (second: string) =>
    `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres.port},${second}/postgres`;
  await bench.configure({
    connection_url: url(`127.0.0.1:${tunnel.port}`),
    username: postgres.user,
    password: postgres.password,
  });
  const issued = await bench.issue();
  await tunnel.leadTo(1);
  // One that cannot be asked may still let it in: that is no proof.
  await expect(bench.end(issued)).rejects.toThrow(`on 127.0.0.1:${tunnel.port}: `);
  await tunnel.leadTo(postgres.port);
  expect((await bench.end(issued)).checks).toContain(
    `no such role and no session on 127.0.0.1:${tunnel.port}`,
  );
});
