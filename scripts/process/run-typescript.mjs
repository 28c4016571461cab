import { basename, dirname, join } from 'node:path';
import { projectRoot } from '../project-root.mjs';
import { runCommand } from './run-command.mjs';

/** Runs one TypeScript file of the project under Node with the given arguments; resolves to its exit code. */
export async function runTypeScript(file, args, options = {}) {
  const bundle = await bundleTool(file);
  const command = ['--enable-source-maps', bundle, ...args];
  return runCommand(process.execPath, command, { cwd: projectRoot, ...options });
}

/** Bundles our own sources below the file into out/tools/; npm packages stay outside. */
async function bundleTool(file) {
  // Loaded late: on a fresh clone it is installed after this module has been read.
  const { build } = await import('vite');
  const name = `${basename(file, '.ts')}.mjs`;
  const outDir = join(projectRoot, 'out', 'tools');
  await build({
    root: projectRoot,
    configFile: false,
    logLevel: 'error',
    plugins: [keepSourceLocation],
    build: {
      ssr: file,
      outDir,
      emptyOutDir: false,
      target: 'node20.18',
      sourcemap: true,
      rolldownOptions: { output: { entryFileNames: name, chunkFileNames: `${name}-[hash].mjs` } },
    },
  });
  return join(outDir, name);
}

/** A bundled file still finds its neighbours: import.meta tells where its source lies. */
const keepSourceLocation = {
  name: 'keep-source-location',
  transform(code, id) {
    if (!code.includes('import.meta.') || id.includes('node_modules')) return null;
    return code
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
      .replaceAll('import.meta.filename', JSON.stringify(id));
  },
};
