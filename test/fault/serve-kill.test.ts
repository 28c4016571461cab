import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../electron/vault/verify-ledger.ts';
import { makeKwHome } from '../support/kw.ts';
import { QUICK_KDF } from '../unit/vault/quick-kdf.ts';
import { type Bundle, bundle } from './bundle.ts';

const ROUNDS = Number(process.env['KEYWARDEN_FAULT_ROUNDS'] ?? 4);
const CLIENTS = 48;
/** The longest that a broker lives, in milliseconds after it serves. */
const LONGEST_LIFE = 300;
/** So many secrets of all earlier rounds are looked at again in each, all of them at the end. */
const SAMPLE = 40;
/** The whole ledger is walked after so many kills, and at the end. */
const WALK_EVERY = 100;
const PASSPHRASE = 'a passphrase for a crash alone';

/** What the clients were told of one secret. */
interface Told {
  /** The last value whose write was acknowledged; undefined once its destruction was. */
  value: string | undefined;
  /** A change that was sent and not answered: it may have happened. */
  open: string | undefined;
}

let kw: Bundle;
beforeAll(async () => {
  kw = await bundle('electron/cli/kw.ts', { quickKeys: true });
});
afterAll(() => kw.remove());

describe('kw serve under kill -9', () => {
  it(
    `has every acknowledged change and nothing else, ${ROUNDS} times at random moments among ${CLIENTS} clients`,
    async () => {
      const home = makeKwHome(kw.script);
      const told = new Map<string, Told>();
      let acknowledged = 0;
      let checked = 0;
      let slowest = 0;
      let before = 0;
      try {
        const directory = join(home.folder, 'vault');
        const vault = ['--vault', directory, '--passphrase-file', home.file('passphrase', `${PASSPHRASE}\n`)];
        const made = await home.kw(['init', ...vault, '--json']);
        const token = String(JSON.parse(made.stdout).root_token);
        const verify = () => verifyLedger({ directory, passphrase: Buffer.from(PASSPHRASE), kdf: QUICK_KDF });
        for (let round = 0; round <= ROUNDS; round++) {
          const started = performance.now();
          const served = await home.serve([...vault, '--listen', '127.0.0.1:0']);
          slowest = Math.max(slowest, performance.now() - started);
          const client = clientOf(served.address, token);
          // What this round's predecessor was in the middle of, and a sample of everything else.
          const paths = [...told.keys()];
          const looked =
            round === ROUNDS
              ? paths
              : paths.filter((_, i) => i >= before || Math.random() < SAMPLE / paths.length);
          before = paths.length;
          while (looked.length > 0) {
            const some = looked.splice(0, CLIENTS);
            await Promise.all(some.map((path) => expectAsTold(client, path, told.get(path) as Told)));
            checked += some.length;
          }
          if (round === ROUNDS) {
            expect(await served.end()).toEqual({ code: 0, signal: null });
            break;
          }
          let killed = false;
          const clients = Array.from({ length: CLIENTS }, async (_, number) => {
            for (let i = 0; !killed; i++) {
              const path = `crash/${round}-${number}-${i}`;
              const done = await changeOnce(client, path, told);
              acknowledged += done;
            }
          });
          await wait(Math.random() * LONGEST_LIFE);
          const ended = served.end('SIGKILL');
          killed = true;
          expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
          await Promise.all(clients);
          if (round % WALK_EVERY === 0) await verify();
        }
        expect(await verify()).toMatchObject({ torn: 0 });
        process.stdout.write(
          `kw serve: ${ROUNDS} kills, ${acknowledged} acknowledged changes, ${checked} looked at again, 0 lost; ` +
            `slowest start ${slowest.toFixed(0)} ms\n`,
        );
      } finally {
        await home.remove();
      }
    },
    60_000 + ROUNDS * 10_000,
  );
});

type Client = (method: string, path: string, body?: unknown) => Promise<Answer | undefined>;
interface Answer {
  readonly status: number;
  readonly value: string | undefined;
}

/** Writes a secret, and destroys every fourth one. Returns how many changes were acknowledged. */
async function changeOnce(client: Client, path: string, told: Map<string, Told>): Promise<number> {
  const value = `value ${Math.random()}`;
  const state: Told = { value: undefined, open: value };
  told.set(path, state);
  if ((await client('POST', `data/${path}`, { data: { value } }))?.status !== 200) return 0;
  state.value = value;
  state.open = undefined;
  if (Math.random() > 0.25) return 1;
  state.open = 'destroyed';
  if ((await client('PUT', `destroy/${path}`, { versions: [1] }))?.status !== 204) return 1;
  state.value = undefined;
  state.open = undefined;
  return 2;
}

async function expectAsTold(client: Client, path: string, told: Told): Promise<void> {
  const found = await client('GET', `data/${path}`);
  const may =
    told.open === undefined ? [told.value] : [told.value, told.open === 'destroyed' ? undefined : told.open];
  expect(may, `${path} answered ${found?.status}`).toContain(found?.status === 200 ? found.value : undefined);
  expect([200, 404], path).toContain(found?.status);
}

function clientOf(address: string, token: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  return (method, path, body) =>
    new Promise((resolve) => {
      const outgoing = request(`${address}/v1/secret/${path}`, {
        method,
        agent,
        headers: { 'X-Vault-Token': token },
      });
      outgoing.on('error', () => resolve(undefined));
      outgoing.on('response', (incoming) => {
        let text = '';
        incoming.on('data', (chunk) => {
          text += chunk;
        });
        incoming.on('error', () => resolve(undefined));
        incoming.on('end', () => {
          const reply = text === '' ? {} : JSON.parse(text);
          resolve({ status: incoming.statusCode ?? 0, value: reply.data?.data?.value });
        });
      });
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
