import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { didNotRun, findPython, runProgram, works } from './run-python.ts';
import { openStage, ROOT, type Stage } from './stage.ts';

const here = works('ansible-doc', ['-t', 'lookup', 'community.hashi_vault.vault_read']);
const playbook = join(import.meta.dirname, 'ansible-playbook.yml');

if (!here || findPython('hvac') === undefined) {
  didNotRun('ansible with community.hashi_vault', 'ansible python3-hvac');
} else {
  describe('Debian’s ansible with community.hashi_vault, unmodified', () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage();
    });
    afterAll(() => stage?.close());

    it('logs in, keeps secrets in KV 1 and 2, lists, makes a wrapped token, and gets a database user that dies', async () => {
      const out = join(stage.home.folder, 'credentials.json');
      await runProgram('ansible-playbook', ['-i', 'localhost,', playbook], {
        STAGE: JSON.stringify({ address: stage.address, root: ROOT, ...stage.app, out }),
        ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
        ANSIBLE_LOCALHOST_WARNING: 'false',
        ANSIBLE_LOCAL_TEMP: join(stage.home.folder, 'ansible'),
        ANSIBLE_REMOTE_TEMP: join(stage.home.folder, 'ansible'),
      });
      const credentials = JSON.parse(readFileSync(out, 'utf8')) as { username: string; password: string };
      await expect(stage.logsIn(credentials)).rejects.toMatchObject({ code: '28P01' });
    });
  });
}
