import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { didNotRun, findPython, runProgram } from './run-python.ts';
import { openStage, ROOT, type Stage } from './stage.ts';

const python = findPython('hvac');
const script = join(import.meta.dirname, 'hvac_client.py');

if (python === undefined) {
  didNotRun('hvac', 'python3-hvac');
} else {
  describe('Debian’s hvac, unmodified', () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage();
    });
    afterAll(() => stage?.close());

    const check = (name: string) =>
      runProgram(python, [script, name], {
        STEWARD_URL: `postgresql://{{username}}:{{password}}@127.0.0.1:${stage.postgres.port}/postgres`,
        STAGE: JSON.stringify({ address: stage.address, root: ROOT, ...stage.app }),
      });

    it.each([
      ['asks whether it is initialised, open, healthy and the leader', 'system'],
      ['logs in by AppRole, and is refused in its own exceptions', 'login'],
      ['writes a password policy and makes passwords of it', 'password_policy'],
      ['manages roles and secret-ids', 'approle'],
      ['manages users with passwords, and logs in as one', 'userpass'],
      ['keeps secrets in KV 1', 'kv1'],
      ['keeps secrets in KV 2', 'kv2'],
      ['manages policies', 'policies'],
      ['mounts, tunes, moves and unmounts', 'mounts'],
      ['manages tokens and their roles', 'tokens'],
      ['wraps and unwraps, and has a cubbyhole', 'wrapping'],
    ])('%s', async (_, name) => {
      await check(name);
    });

    it('makes a vault, puts new keys in the place of its keys, and makes a root token of them', async () => {
      const folder = join(stage.home.folder, 'keys');
      const where = ['--listen', '127.0.0.1:0', '--socket', `${folder}.sock`, '--backups', 'none'];
      const served = await stage.home.serve(['--vault', folder, ...where]);
      await runProgram(python, [join(import.meta.dirname, 'hvac_keys.py')], {
        STAGE: JSON.stringify({ address: served.address }),
      });
      await served.end();
    });

    it('gets a database user, renews it, and revokes it dead', async () => {
      const credentials = JSON.parse(await check('database')) as { username: string; password: string };
      await expect(stage.logsIn(credentials)).rejects.toMatchObject({ code: '28P01' });
    });

    it('keeps the password of an account that stays, and rotates it and its own', async () => {
      const [first, second] = JSON.parse(await check('static_role'));
      await stage.logsIn(second);
      await expect(stage.logsIn(first)).rejects.toMatchObject({ code: '28P01' });
      const steward = { username: 'steward', password: 'first-of-the-steward' };
      await expect(stage.logsIn(steward)).rejects.toMatchObject({ code: '28P01' });
    });
  });
}
