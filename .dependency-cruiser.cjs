// The arrows between the folders, as docs/ARCHITECTURE.md draws them. `npm run check` also runs these rules over
// test/fixtures/bad-imports, where each of them is broken once.

const ours = '^(shared|electron|renderer|test|scripts)/';
const electronPackage = '(^|/)node_modules/electron/|^electron$';

/** Files below `from` may import of our own code only what is listed. */
function mayImport(name, from, allowed) {
  return {
    name,
    severity: 'error',
    from: { path: from.path ?? from, ...(from.except && { pathNot: from.except }) },
    to: { path: ours, pathNot: allowed.map((folder) => `^${folder}`) },
  };
}

const domain = ['shared/', 'electron/crypto/', 'electron/vault/', 'electron/core/'];
const assembled = [
  ...domain,
  'electron/engines/',
  'electron/broker/',
  'electron/ipc/',
  // The files right below electron/: they put it all together.
  'electron/[a-z-]+\\.ts$',
];

module.exports = {
  forbidden: [
    mayImport('shared-imports-nothing-of-ours', '^shared/', ['shared/']),
    mayImport('crypto-imports-shared', '^electron/crypto/', domain.slice(0, 2)),
    mayImport('vault-imports-crypto-and-below', '^electron/vault/', domain.slice(0, 3)),
    mayImport('core-imports-vault-and-below', '^electron/core/', domain),
    mayImport('engines-import-core-and-below', '^electron/engines/', [...domain, 'electron/engines/']),
    mayImport('broker-imports-core-and-below', '^electron/broker/', [...domain, 'electron/broker/']),
    mayImport('ipc-imports-core-and-below', '^electron/ipc/', [...domain, 'electron/ipc/']),
    mayImport('keywarden-assembles-what-is-below', '^electron/[a-z-]+\\.ts$', assembled),
    mayImport('main-imports-no-cli-and-no-preload', '^electron/main/', [
      ...assembled,
      'electron/main/',
      'electron/platform/',
    ]),
    mayImport('cli-offline-imports-keywarden-and-below', '^electron/cli/offline/', [
      ...assembled,
      'electron/cli/',
    ]),
    mayImport('cli-imports-shared', { path: '^electron/cli/', except: '^electron/cli/offline/' }, [
      'shared/',
      'electron/cli/',
    ]),
    mayImport('platform-imports-core-ports-and-shared', '^electron/platform/', [
      'shared/',
      'electron/core/ports\\.ts$',
      'electron/platform/',
    ]),
    mayImport('preload-imports-the-contract', '^electron/preload/', ['shared/ipc/', 'electron/preload/']),
    mayImport('renderer-imports-shared', '^renderer/', ['shared/', 'renderer/']),
    {
      name: 'electron-only-at-the-rim',
      comment:
        'The package electron is imported in main, preload and platform only; tests drive it from outside.',
      severity: 'error',
      from: { pathNot: '^(electron/(main|preload|platform)|test|scripts)/' },
      to: { path: electronPackage },
    },
    {
      name: 'renderer-and-shared-without-node',
      comment: 'Both run in a sandboxed page.',
      severity: 'error',
      from: { path: '^(renderer|shared)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-declared-packages',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: electronPackage },
    },
    {
      name: 'no-circles',
      comment:
        'Among what runs. Two types may name each other, as a part and the whole that it is wired into do.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\?(asset|nodeWorker)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|release|test/fixtures)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.css'],
    },
  },
};
