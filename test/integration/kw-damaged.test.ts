import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';

let home: KwHome;
beforeEach(() => {
  home = makeKwHome();
});
afterEach(() => home.remove());

it('a damaged vault is not served but by --read-only-damaged: then it answers reads, refuses writes, and no file changes', async () => {
  const vault = join(home.folder, 'vault');
  const options = ['--vault', vault, '--passphrase-file', home.file('passphrase', 'pass\n')];
  const serving = [...options, '--listen', '127.0.0.1:0', '--backups', 'none'];
  const made = JSON.parse((await home.kw(['init', ...options, '--json'])).stdout);
  const env = { VAULT_TOKEN: made.root_token };
  const first = await home.serve(serving);
  expect(await home.kw(['write', 'secret/app', 'a=-'], { env, input: 'kept' })).toMatchObject({ code: 0 });
  await first.end();
  // The next one leaves no snapshot: its write is in the ledger alone.
  const second = await home.serve(serving);
  expect(await home.kw(['write', 'secret/app', 'a=-'], { env, input: 'lost' })).toMatchObject({ code: 0 });
  await second.end('SIGKILL');
  const ledger = join(vault, 'ledger');
  const segment = join(
    ledger,
    (await readdir(ledger))
      .filter((name) => name.endsWith('.kwl'))
      .sort()
      .at(-1) ?? '',
  );
  const bytes = await readFile(segment);
  const damaged = bytes.with(bytes.length - 9, (bytes.at(-9) ?? 0) ^ 1);
  await writeFile(segment, damaged);

  const refused = await home.kw(['serve', ...serving]);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/ledger\/\d+\.kwl, record \d+.*kw serve --read-only-damaged.*kw restore/);
  const looked = await home.serve([...serving, '--read-only-damaged']);
  expect(looked.ready).toMatchObject({ event: 'ready', read_only: true });
  const read = await home.kw(['read', 'secret/app', '--json'], { env });
  expect(JSON.parse(read.stdout).data.data).toEqual({ a: 'kept' });
  const written = await home.kw(['write', 'secret/app', 'a=-'], { env, input: 'no' });
  expect(written.code).toBe(3);
  await looked.end();
  expect(Buffer.compare(await readFile(segment), damaged)).toBe(0);
});
