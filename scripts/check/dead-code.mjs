import { runTool } from './run-tool.mjs';

const knip = 'knip/bin/knip.js';

/** Knip: files, exports and dependencies that nothing uses. */
export async function check() {
  const { code, output } = await runTool(knip, ['--no-progress']);
  return code === 0 ? [] : [output];
}

/** The fixture holds an unused file and an unused export. */
export async function bite() {
  const { output } = await runTool(knip, ['--no-progress', '--no-exit-code'], 'test/fixtures/bad-dead-code');
  const silent = ['forgotten.ts', 'neverCalled'].filter((name) => !output.includes(name));
  return silent.map((name) => `knip does not notice ${name} in test/fixtures/bad-dead-code`);
}
