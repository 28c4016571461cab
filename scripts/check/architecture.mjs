import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { projectRoot } from '../project-root.mjs';

const { forbidden, options } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');
const tsConfig = extractTsConfig(join(projectRoot, 'tsconfig.json'));
const folders = ['shared', 'electron', 'renderer', 'test', 'scripts'];

/** The arrows between the folders, and no circles. */
export async function check() {
  const { modules, violations } = await look(projectRoot);
  // Without a TypeScript that it knows, dependency-cruiser sees no .ts file and finds nothing to object to.
  if (!modules.some(({ source }) => source.endsWith('.ts'))) return ['dependency-cruiser sees no TypeScript'];
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}

/** The fixture is a small project that breaks every rule. */
export async function bite() {
  const { violations } = await look(join(projectRoot, 'test', 'fixtures', 'bad-imports'));
  const broken = new Set(violations.map(({ rule }) => rule.name));
  const silent = forbidden.map(({ name }) => name).filter((name) => !broken.has(name));
  return silent.map((name) => `dependency-cruiser does not enforce ${name}`);
}

async function look(baseDir) {
  const present = folders.filter((folder) => existsSync(join(baseDir, folder)));
  const cruiseOptions = { ...options, baseDir, validate: true, ruleSet: { forbidden } };
  const { output } = await cruise(present, cruiseOptions, undefined, { tsConfig });
  return { modules: output.modules, violations: output.summary.violations };
}
