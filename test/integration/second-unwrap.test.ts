import { join } from 'node:path';
import nodeVault from 'node-vault';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';
import { askRaw } from '../support/raw-http.ts';

let home: KwHome;
beforeEach(() => {
  home = makeKwHome();
});
afterEach(() => home.remove());

const REFUSED = '{"errors":["wrapping token is not valid or does not exist"]}';

describe('a wrapping token that is used a second time', () => {
  test('is refused with 400, and is an alarm in the record of a vault on the disk', async () => {
    const where = [
      '--vault',
      join(home.folder, 'vault'),
      '--passphrase-file',
      home.file('p', 'correct horse\n'),
    ];
    const { root_token: root } = JSON.parse((await home.kw(['init', ...where, '--json'])).stdout);
    const { address } = await home.serve([...where, '--listen', '127.0.0.1:0', '--backups', 'none']);
    const vault = nodeVault({ endpoint: address, token: root });
    await vault.write('secret/data/app', { data: { password: 'canary-for-one' } });
    const wrapped = await vault.read('secret/data/app', {
      headers: { 'X-Vault-Token': root, 'X-Vault-Wrap-TTL': '5m' },
    });
    const { token, accessor } = wrapped.wrap_info;

    const unwrap = () =>
      askRaw(address, { method: 'POST', path: 'sys/wrapping/unwrap', body: JSON.stringify({ token }) });
    const first = await unwrap();
    expect([first.status, JSON.parse(first.body).data.data]).toEqual([200, { password: 'canary-for-one' }]);
    const second = await unwrap();
    expect([second.status, second.body]).toEqual([400, REFUSED]);
    const byHeader = await askRaw(address, { method: 'PUT', path: 'sys/wrapping/unwrap', token });
    expect([byHeader.status, byHeader.body]).toEqual([400, REFUSED]);

    const { data } = await vault.read('sys/internal/records?path_prefix=sys/wrapping/unwrap');
    const alarm = {
      path: 'sys/wrapping/unwrap',
      outcome: 'wrapping-invalid',
      actor: { kind: 'stranger' },
      changes: ['wrapping/second-use@1'],
      alarm: true,
    };
    expect(data.records).toMatchObject([alarm, alarm, { outcome: 'ok' }]);
    expect(data.records[2]).not.toHaveProperty('alarm');
    expect(JSON.stringify(data)).not.toContain(token);

    const page = async (cursor: string) =>
      (await vault.read(`sys/internal/records?limit=1&cursor=${encodeURIComponent(cursor)}`)).data;
    const newest = await page('');
    const next = await page(newest.cursor);
    expect(next.records[0].sequence, 'pages go back in time').toBe(newest.records[0].sequence - 1);

    const { data: wraps } = await vault.read('sys/internal/wraps');
    expect(wraps.wraps, 'the desktop’s list of copy-once keycards').toMatchObject([
      { accessor, creation_path: 'secret/data/app', state: 'opened', second_uses: 2 },
    ]);
  });

  test('who may not see everything does not see the record', async () => {
    const { address } = await home.serve(['--dev', '--dev-root-token-id', 'root', '--listen', '127.0.0.1:0']);
    const vault = nodeVault({ endpoint: address, token: 'root' });
    await vault.addPolicy({
      name: 'poor',
      policy: 'path "sys/internal/records" { capabilities = ["read"] }',
    });
    const poor = (await nodeVault({ endpoint: address, token: 'root' }).tokenCreate({ policies: ['poor'] }))
      .auth.client_token;
    expect((await askRaw(address, { method: 'GET', path: 'sys/internal/records', token: poor })).status).toBe(
      403,
    );
  });
});
