import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KillableVault, openKillableVault } from './killable-vault.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever Vault's envelope holds there
type Data = any;

let vault: KillableVault;
const write = (path: string, data: Record<string, unknown> = {}): Promise<Data> =>
  vault.ask('update', path, data);
const read = (path: string): Promise<Data> => vault.ask('read', path);

beforeAll(async () => {
  vault = await openKillableVault();
  for (const mount of ['root', 'inside', 'outside']) {
    await write(`sys/mounts/${mount}`, { type: 'pki', config: { max_lease_ttl: '87600h' } });
    await write(`${mount}/roles/web`, { allow_any_name: true, key_type: 'ec', ttl: '1h' });
  }
  await write('root/root/generate/internal', { common_name: 'Root', key_type: 'ec', ttl: '8760h' });
  await write('inside/root/generate/internal', { common_name: 'Upper', key_type: 'ec', ttl: '8760h' });
  for (const [mount, above] of [
    ['inside', 'inside'],
    ['outside', 'root'],
  ] as const) {
    const { csr } = await write(`${mount}/intermediate/generate/internal`, {
      common_name: 'Below',
      key_type: 'ec',
    });
    const told = await write(`${mount}/intermediate/set-signed`, { certificate: await signed(above, csr) });
    await write(`${mount}/config/issuers`, { default: told.imported_issuers[0] });
  }
  for (const mount of ['root', 'inside', 'outside']) await write(`${mount}/config/rotation`);
});
afterAll(() => vault?.close());

async function signed(mount: string, csr: string): Promise<string> {
  const issuer = mount === 'inside' ? await upper() : 'default';
  const made = await write(`${mount}/issuer/${issuer}/sign-intermediate`, {
    csr,
    use_csr_values: true,
    ttl: '4000h',
  });
  return `${made.certificate}\n${made.issuing_ca}`;
}

async function upper(): Promise<string> {
  return ((await vault.ask('list', 'inside/issuers')) as Data).keys[0];
}

/** Whoever signs from outside does what they are asked for. */
async function actAsPerson(mount: string): Promise<void> {
  const { state, csr } = await read(`${mount}/config/rotation`);
  if (state === 'asking')
    await write(`${mount}/intermediate/set-signed`, { certificate: await signed('root', csr) });
}

/** Waits until nothing is under way, and does a person's part in it. */
async function atRest(mount: string): Promise<void> {
  await vault.until(
    async () => {
      await actAsPerson(mount);
      return (await read(`${mount}/config/rotation`)).state as string;
    },
    (state) => state === 'idle',
  );
}

/** The one issuer that signs, shown by what it signs. */
async function current(mount: string): Promise<string> {
  const { keys, key_info: info } = (await vault.ask('list', `${mount}/issuers`)) as Data;
  const all = await Promise.all(keys.map((id: string) => read(`${mount}/issuer/${id}`)));
  const signing = all.filter(
    ({ usage, issuer_id }: Data) =>
      usage.includes('issuing') && !(mount === 'inside' && issuer_id === keys[0]),
  );
  expect(signing).toHaveLength(1);
  const [issuer] = signing;
  expect(info[issuer.issuer_id].is_default).toBe(true);
  const made = await write(`${mount}/issue/web`, { common_name: 'a.example.com' });
  expect(made.issuing_ca).toBe(issuer.certificate);
  const own = new X509Certificate(issuer.certificate);
  expect(new X509Certificate(made.certificate).verify(own.publicKey)).toBe(true);
  const above = made.ca_chain.map((pem: string) => new X509Certificate(pem));
  expect(above.some((one: X509Certificate) => own.verify(one.publicKey))).toBe(true);
  // No key is left over, and none is missing.
  const held = new Set(((await vault.ask('list', `${mount}/keys`)) as Data).keys);
  expect(held).toEqual(new Set(all.map(({ key_id }: Data) => key_id)));
  return issuer.issuer_id;
}

describe.each(['root', 'inside', 'outside'])(
  'the key of a CA (%s), killed at every step and resumed (R2)',
  (mount) => {
    test('ends with one valid current issuer', async () => {
      const rotate = async () => {
        const { rotation_id: id } = await read(`${mount}/config/rotation`);
        await write(`sys/rotations/${id}/rotate`).catch(() => {});
        await actAsPerson(mount);
      };
      const before = vault.records();
      await rotate();
      await atRest(mount);
      const steps = vault.records() - before;
      expect(steps).toBeGreaterThanOrEqual(4);
      const seen = new Set([await current(mount)]);
      let deaths = 0;
      for (let record = 1; record <= steps; record += 1) {
        for (const when of ['before', 'after'] as const) {
          vault.dieAt({ record, when });
          const asked = rotate().catch(() => undefined);
          await vault.died();
          await vault.reopen();
          await asked;
          await atRest(mount);
          seen.add(await current(mount));
          deaths += 1;
        }
      }
      // Every run but the one that was never begun ended with a new one.
      expect(seen.size).toBe(deaths);
    }, 240_000);
  },
);

test('a list of revoked certificates is the same, byte for byte, in the next process', async () => {
  for (let count = 0; count < 3; count += 1) {
    const { serial_number } = await write('root/issue/web', { common_name: 'a.example.com' });
    await write('root/revoke', { serial_number });
  }
  const list = async () => (await read('root/cert/crl')).certificate as string;
  const before = await list();
  await vault.reopen();
  expect(await list()).toBe(before);
  const { serial_number } = await write('root/issue/web', { common_name: 'a.example.com' });
  await write('root/revoke', { serial_number });
  expect(await list()).not.toBe(before);
});
