/**
 * What requests through the broker cost, beside bare `node:http` of the same run: KV reads (token, policy, value opened,
 * record durable before the reply), logins and wraps, over TCP and the local socket, on 1, 16 and 64 connections.
 */
import { join, resolve } from 'node:path';
import { answerTo, asker, type Figures, measure, median, placeOf, type Question } from './support/load.ts';
import { printFigures } from './support/print-figures.ts';
import { type ServerProcess, startServerProcess } from './support/server-process.ts';
import { startThrowAwayBroker } from './support/throw-away-broker.ts';

const ROUNDS = Number(process.argv[2] ?? 3);
const MILLISECONDS = 1_000;
const SIZES = [10_000, 100_000];
const FILLERS = 128;

type Once = (lane: number) => Promise<void>;

interface Served {
  readonly ask: Once;
  cpu(): number;
}

/** Ours and the floor by turns, so that what else the machine does meets both. */
async function compare(what: string, lanes: number, ours: Served, floor: Served): Promise<void> {
  const figures: { ours: Figures[]; floor: Figures[] } = { ours: [], floor: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    figures.floor.push(await measure(lanes, MILLISECONDS, floor.ask, floor.cpu));
    figures.ours.push(await measure(lanes, MILLISECONDS, ours.ask, ours.cpu));
  }
  printFigures(
    `${what}, ${lanes} connection${lanes > 1 ? 's' : ''}`,
    median(figures.ours),
    median(figures.floor),
  );
}

/** The same question to bare `node:http`, which answers with as many bytes. */
async function bareOf(floor: ServerProcess, question: Question): Promise<Served> {
  const { body } = await answerTo(placeOf(broker.address), question);
  return {
    ask: asker(placeOf(floor.address), { ...question, path: `/${body.length}` }),
    cpu: floor.cpu,
  };
}

const broker = await startThrowAwayBroker();
const floors = {
  TCP: await startServerProcess(resolve('test/bench/support/floor-server.mjs'), []),
  socket: await startServerProcess(resolve('test/bench/support/floor-server.mjs'), [
    join(broker.folder, 'floor.sock'),
  ]),
};
try {
  await broker.call('PUT', 'sys/policies/acl/reader', {
    policy: 'path "secret/data/*" { capabilities = ["read"] }',
  });
  await broker.call('POST', 'secret/data/app/500', { data: { user: 'app', password: 'value 500' } });
  const made = await broker.call('POST', 'auth/token/create', { policies: ['reader'] });
  const { client_token: token } = made['auth'] as { client_token: string };
  await broker.call('POST', 'auth/approle/role/app', { token_policies: ['reader'], token_ttl: '1h' });
  const role = await broker.call('GET', 'auth/approle/role/app/role-id');
  const secret = await broker.call('POST', 'auth/approle/role/app/secret-id');
  const login = { ...(role['data'] as object), ...(secret['data'] as object) };

  const read = { path: '/v1/secret/data/app/500', headers: { 'X-Vault-Token': token } };
  const wrap = { ...read, headers: { ...read.headers, 'X-Vault-Wrap-TTL': '60' } };
  const logIn = { method: 'POST', path: '/v1/auth/approle/login', body: login };
  for (const [door, floor] of Object.entries(floors)) {
    const place = placeOf(door === 'TCP' ? broker.address : broker.socketPath);
    for (const [what, question] of Object.entries({ 'KV read': read, login: logIn, wrap })) {
      // Else what is measured on one connection is code that nobody has compiled yet.
      await measure(64, 2 * MILLISECONDS, asker(place, question));
      for (const lanes of [1, 16, 64]) {
        const ours = { ask: asker(place, question), cpu: broker.cpu };
        await compare(`${what} over ${door}`, lanes, ours, await bareOf(floor, question));
      }
    }
  }

  let filled = 0;
  for (const size of SIZES) {
    const lane = async () => {
      while (filled < size) {
        const path = `secret/data/team-${filled % 40}/service-${filled++}`;
        await broker.call('POST', path, { data: { user: 'app', password: 'x'.repeat(32) } });
      }
    };
    await Promise.all(Array.from({ length: FILLERS }, lane));
    const ours = { ask: asker(placeOf(broker.address), read), cpu: broker.cpu };
    await compare(`KV read among ${size} secrets`, 64, ours, await bareOf(floors.TCP, read));
  }
} finally {
  await broker.stop();
  await Promise.all(Object.values(floors).map((floor) => floor.stop()));
}
process.exit(0);
