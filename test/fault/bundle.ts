import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'vite';

const project = join(import.meta.dirname, '..', '..');

/** A program of ours, bundled so that it can be killed. */
export interface Bundle {
  readonly script: string;
  remove(): Promise<void>;
}

/**
 * Bundles one entry as the build does. With `quickKeys` the bounds of the key derivation are others: this is the only way to a vault
 * that opens in a millisecond, and it exists in this bundle alone. No file, option or variable of the product leads there.
 */
export async function bundle(entry: string, options: { readonly quickKeys?: true } = {}): Promise<Bundle> {
  // Beside the project's packages, so that the bundle finds the native ones.
  const folder = await mkdtemp(join(project, 'node_modules', '.keywarden-fault-'));
  const name = `${basename(entry, '.ts')}.mjs`;
  await build({
    root: project,
    configFile: false,
    logLevel: 'silent',
    plugins: options.quickKeys ? [quickKeys] : [],
    build: {
      ssr: join(project, entry),
      outDir: folder,
      target: 'node20.18',
      rolldownOptions: { output: { entryFileNames: name } },
    },
  });
  return { script: join(folder, name), remove: () => rm(folder, { recursive: true, force: true }) };
}

const RULES = /least: \{ memory: 65_536, passes: 3, lanes: 1 \},([\s\S]*?)target: 1_000,/;

const quickKeys: Plugin = {
  name: 'quick-keys',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/crypto/passphrase-kdf.ts')) return null;
    if (!RULES.test(code)) throw new Error('the rules of the key derivation are not where they were');
    return code.replace(RULES, 'least: { memory: 64, passes: 1, lanes: 1 },$1target: 0,');
  },
};
