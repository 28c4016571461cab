import { expect, it } from 'vitest';
import { kvEngine } from '../../../electron/engines/kv/kv-engine.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { openMemoryCore } from '../../support/memory-core.ts';

const open = async () => (await openMemoryCore([kvEngine], manualClock())).start();

it('a secret is written, read, listed and deleted through the whole pipeline', async () => {
  const { ask } = await open();
  const written = await ask('update', 'secret/data/app/db', { data: { user: 'u' }, options: { cas: 0 } });
  expect(written.envelope?.data).toMatchObject({ version: 1 });
  expect((await ask('read', 'secret/data/app/db', { version: '1' })).envelope?.data).toMatchObject({
    data: { user: 'u' },
  });
  expect((await ask('list', 'secret/metadata')).envelope?.data).toEqual({ keys: ['app/'] });
  expect((await ask('list', 'secret/metadata/app/')).envelope?.data).toEqual({ keys: ['db'] });
  expect(await ask('delete', 'secret/data/app/db')).toEqual({ status: 204, envelope: null, byToken: true });
  const gone = await ask('read', 'secret/data/app/db');
  expect(gone.status).toBe(404);
  expect(gone.envelope?.data).toMatchObject({ data: null, metadata: { version: 1 } });
});

it('an unversioned path answers 404 with a warning in a full envelope', async () => {
  const { ask } = await open();
  const reply = await ask('read', 'secret/app/db');
  expect(reply.status).toBe(404);
  expect(reply.envelope).toMatchObject({ data: null, warnings: [expect.stringContaining('vault kv get')] });
});

it("a wrong check-and-set has Vault's words", async () => {
  const { ask } = await open();
  await ask('update', 'secret/data/a', { data: {} });
  const again = ask('update', 'secret/data/a', { data: {}, options: { cas: 0 } });
  await expect(again).rejects.toMatchObject({ code: 'check-and-set-failed' });
});
