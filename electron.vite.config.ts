import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const root = import.meta.dirname;

// By hand: the tool knows neither the newest Electron nor the older runtime that development may run on, and would
// choose a target that the latter cannot read.
const nodeTarget = 'node20.18';
const chromeTarget = 'chrome130';

/** Entries by name, less those whose source is not there yet. */
function entries(files: Record<string, string>): Record<string, string> {
  const present = Object.entries(files).filter(([, file]) => existsSync(resolve(root, file)));
  return Object.fromEntries(present.map(([name, file]) => [name, resolve(root, file)]));
}

const main = entries({ index: 'electron/main/index.ts', kw: 'electron/cli/kw.ts' });
const preload = entries({ index: 'electron/preload/index.ts' });
const renderer = entries({ index: 'renderer/index.html' });
const has = (input: Record<string, string>): boolean => Object.keys(input).length > 0;

export default defineConfig({
  ...(has(main) && {
    main: {
      build: {
        target: nodeTarget,
        outDir: 'out/main',
        sourcemap: true,
        rolldownOptions: { input: main },
      },
    },
  }),
  ...(has(preload) && {
    preload: {
      build: {
        target: nodeTarget,
        outDir: 'out/preload',
        externalizeDeps: false, // a sandboxed preload can require nothing but electron
        rolldownOptions: { input: preload, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
      },
    },
  }),
  ...(has(renderer) && {
    renderer: {
      root: resolve(root, 'renderer'),
      plugins: [react()],
      html: { cspNonce: '__CSP_NONCE__' }, // replaced in each response by the app:// handler
      build: {
        target: chromeTarget,
        outDir: 'out/renderer',
        assetsInlineLimit: 0, // the policy forbids data: for fonts and scripts
        rolldownOptions: { input: renderer },
      },
    },
  }),
});
