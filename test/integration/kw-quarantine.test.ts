import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KwHome, makeKwHome } from '../support/kw.ts';

let home: KwHome;
beforeEach(() => {
  home = makeKwHome();
});
afterEach(() => home.remove());

const ANY_PORT = ['--listen', '127.0.0.1:0'];

/** A vault of which an older copy was put back, and its root token. */
async function putBack(): Promise<{ options: string[]; token: string }> {
  const vault = join(home.folder, 'vault');
  const options = ['--vault', vault, '--passphrase-file', home.file('passphrase', 'pass\n')];
  const made = JSON.parse((await home.kw(['init', ...options, '--json'])).stdout);
  await cp(vault, `${vault}.older`, { recursive: true });
  const served = await home.serve([...options, ...ANY_PORT]);
  const env = { VAULT_TOKEN: made.root_token };
  expect(await home.kw(['write', 'secret/app', 'a=-'], { env, input: 'b' })).toMatchObject({ code: 0 });
  await served.end();
  await rm(vault, { recursive: true });
  await cp(`${vault}.older`, vault, { recursive: true });
  return { options, token: made.root_token };
}

describe('an older vault folder that was put back', () => {
  it('is not served, and said plainly', async () => {
    const { options } = await putBack();
    const result = await home.kw(['serve', ...options, ...ANY_PORT]);
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toMatch(/older copy of this vault was put back.*Seen here last: record \d+/);
    expect(await home.kw(['serve', ...options, ...ANY_PORT])).toMatchObject({ code: 3 });
  });

  it('is served once a person has accepted it, and from then on', async () => {
    const { options, token } = await putBack();
    const env = { VAULT_TOKEN: token };
    const served = await home.serve([...options, ...ANY_PORT, '--accept-restored']);
    expect(await home.kw(['read', 'secret/app'], { env })).toMatchObject({ code: 5 });
    expect(await home.kw(['write', 'secret/app', 'a=-'], { env, input: 'c' })).toMatchObject({ code: 0 });
    await served.end();
    await (await home.serve([...options, ...ANY_PORT])).end();
  });
});
