import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../../electron/vault/verify-ledger.ts';
import { makeKwHome } from '../support/kw.ts';

const ROUNDS = Number(process.env['KEYWARDEN_FAULT_ROUNDS'] ?? 3);
const WRITES = 1_000;
const PASSPHRASE = 'a passphrase for a crash alone';

describe('kw serve under kill -9', () => {
  it.each(
    Array.from({ length: ROUNDS }, (_, round) => [
      round + 1,
      Math.floor((WRITES * (round + 1)) / (ROUNDS + 1)),
    ]),
  )(
    'round %i: killed after %i of 1,000 writes at once, every acknowledged write is there and the ledger verifies',
    async (_, killAfter) => {
      const home = makeKwHome();
      try {
        const directory = join(home.folder, 'vault');
        const vault = ['--vault', directory, '--passphrase-file', home.file('passphrase', `${PASSPHRASE}\n`)];
        const made = await home.kw(['init', ...vault, '--json']);
        const token = String(JSON.parse(made.stdout).root_token);
        const served = await home.serve([...vault, '--listen', '127.0.0.1:0']);

        const acknowledged: number[] = [];
        let ended: Promise<unknown> | undefined;
        await Promise.all(
          Array.from({ length: WRITES }, async (_, number) => {
            const done = await send(served.address, token, 'POST', number, {
              data: { number: String(number) },
            });
            if (done?.status !== 200) return;
            acknowledged.push(number);
            if (acknowledged.length === killAfter) ended = served.end('SIGKILL');
          }),
        );
        expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
        expect(acknowledged.length).toBeGreaterThanOrEqual(killAfter);
        expect(acknowledged.length).toBeLessThan(WRITES);

        const ledger = { directory, passphrase: Buffer.from(PASSPHRASE) };
        const left = await verifyLedger(ledger);
        expect(left.records).toBeGreaterThanOrEqual(acknowledged.length);

        const again = await home.serve([...vault, '--listen', '127.0.0.1:0']);
        for (const number of acknowledged) {
          const found = await send(again.address, token, 'GET', number);
          expect(found).toMatchObject({ status: 200, body: { data: { data: { number: String(number) } } } });
        }
        expect(await again.end()).toEqual({ code: 0, signal: null });
        expect(await verifyLedger(ledger)).toMatchObject({ torn: 0 });
      } finally {
        await home.remove();
      }
    },
  );
});

const agent = new Agent({ keepAlive: true, maxSockets: WRITES });

/** The answer, or undefined when the broker died under it. */
function send(
  address: string,
  token: string,
  method: string,
  number: number,
  body?: unknown,
): Promise<{ status: number; body: unknown } | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(`${address}/v1/secret/data/crash/${number}`, {
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
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(text) }));
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
