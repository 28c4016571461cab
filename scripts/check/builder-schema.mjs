import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../project-root.mjs';

const require = createRequire(import.meta.url);
const requireBuilder = createRequire(require.resolve('electron-builder/package.json'));

/** electron-builder.yml against electron-builder's own schema, without packing anything. */
export function check() {
  return validate(projectRoot);
}

/** The fixture names an option that does not exist. */
export async function bite() {
  const problems = await validate(join(projectRoot, 'test', 'fixtures', 'bad-builder'));
  return problems.length ? [] : ['electron-builder accepts test/fixtures/bad-builder'];
}

async function validate(folder) {
  requireBuilder('builder-util').log.stream = { write() {} }; // it announces every file that it reads
  const { getConfig, validateConfiguration } = requireBuilder('app-builder-lib/out/util/config/config.js');
  const config = await getConfig(folder, 'electron-builder.yml', null);
  try {
    await validateConfiguration(config, { isEnabled: false, add() {} });
    return [];
  } catch (error) {
    return [error.message];
  }
}
