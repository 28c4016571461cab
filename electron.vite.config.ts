import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const inProject = (path: string) => resolve(import.meta.dirname, path);

// By hand: the tool knows neither the newest Electron nor the older runtime that development may run on, and would
// choose a target that the latter cannot read.
const nodeTarget = 'node20.18';
const chromeTarget = 'chrome130';

export default defineConfig({
  main: {
    build: {
      target: nodeTarget,
      outDir: 'out/main',
      sourcemap: true,
      rolldownOptions: {
        input: { index: inProject('electron/main/index.ts'), kw: inProject('electron/cli/kw.ts') },
        // Modules that are shared by chunks run in the order of their imports: x509 needs reflect-metadata ahead of it.
        output: { strictExecutionOrder: true },
      },
    },
  },
  preload: {
    build: {
      target: nodeTarget,
      outDir: 'out/preload',
      externalizeDeps: false, // a sandboxed preload can require nothing but electron
      rolldownOptions: {
        input: { index: inProject('electron/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: inProject('renderer'),
    plugins: [react()],
    html: { cspNonce: '__CSP_NONCE__' }, // replaced in each response by the app:// handler
    build: {
      target: chromeTarget,
      outDir: 'out/renderer',
      assetsInlineLimit: 0, // the policy forbids data: for fonts and scripts
      rolldownOptions: { input: { index: inProject('renderer/index.html') } },
    },
  },
});
