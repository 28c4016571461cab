/** What a KV read through the broker costs (token, policy, value opened, record durable before the reply), beside bare HTTP. */
import { resolve } from 'node:path';
import { type Figures, getter, measure, median } from './support/load.ts';
import { printFigures } from './support/print-figures.ts';
import { startServerProcess } from './support/server-process.ts';
import { startThrowAwayBroker } from './support/throw-away-broker.ts';

const ROUNDS = 5;
const MILLISECONDS = 1_500;

const floorServer = await startServerProcess(resolve('test/bench/support/floor-server.mjs'), ['420']);
const broker = await startThrowAwayBroker();
try {
  await broker.call('PUT', 'sys/policies/acl/reader', {
    policy: 'path "secret/data/*" { capabilities = ["read"] }',
  });
  for (let number = 0; number < 1_000; number++) {
    await broker.call('POST', `secret/data/app/${number}`, {
      data: { user: 'app', password: `value ${number}` },
    });
  }
  const made = (await broker.call('POST', 'auth/token/create', { policies: ['reader'] })) as {
    auth: { client_token: string };
  };
  for (const lanes of [1, 16, 64]) {
    const read = getter(broker.address, '/v1/secret/data/app/500', lanes, made.auth.client_token);
    const bare = getter(floorServer.address, '/', lanes);
    const ours: Figures[] = [];
    const floor: Figures[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      floor.push(await measure(lanes, MILLISECONDS, bare));
      ours.push(await measure(lanes, MILLISECONDS, read));
    }
    printFigures(`KV read, ${lanes} connection${lanes > 1 ? 's' : ''}`, median(ours), median(floor));
  }
} finally {
  await broker.stop();
  await floorServer.stop();
}
process.exit(0);
