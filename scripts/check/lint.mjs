import { runTool } from './run-tool.mjs';

const biome = '@biomejs/biome/bin/biome';
const expected = ['noFloatingPromises', 'noMisusedPromises', 'noDefaultExport', 'noExplicitAny'];

/** Biome: lint rules, formatting and import order. */
export async function check() {
  const { code, output } = await runTool(biome, ['ci', '--colors=off', '--max-diagnostics=20']);
  return code === 0 ? [] : [output];
}

/** The fixture breaks each of these rules once. */
export async function bite() {
  const { code, output } = await runTool(biome, ['lint', '--colors=off'], 'test/fixtures/bad-lint');
  const silent = expected.filter((rule) => !output.includes(rule));
  if (code !== 0 && silent.length === 0) return [];
  return [`Biome accepts test/fixtures/bad-lint: ${silent.join(', ') || 'all of it'}`];
}
