import { runTool } from './run-tool.mjs';

const compiler = 'ts7/bin/tsc';
const expected = ['TS2322', 'TS2532', 'TS2375', 'TS4111'];

/** TypeScript, against the declared Electron and against the older one that development may run on. */
export async function check() {
  const problems = [];
  for (const project of ['tsconfig.json', 'tsconfig.electron-33.json']) {
    const { code, output } = await runTool(compiler, ['--project', project, '--pretty', 'false']);
    if (code !== 0) problems.push(`${project}:\n${output}`);
  }
  return problems;
}

/** The fixture holds one error for each strictness that the project relies on. */
export async function bite() {
  const { code, output } = await runTool(compiler, ['--pretty', 'false'], 'test/fixtures/bad-types');
  const silent = expected.filter((error) => !output.includes(error));
  if (code !== 0 && silent.length === 0) return [];
  return [`TypeScript accepts test/fixtures/bad-types: ${silent.join(', ') || 'all of it'}`];
}
