import type { Channel } from '../../shared/ipc/channels.ts';
import type { IpcInput, IpcOutput } from '../../shared/ipc/contract.ts';
import type { AppStatus, Preferences } from '../../shared/ipc/methods/app-methods.ts';
import type { App } from '../../shared/ipc/methods/apps-methods.ts';
import type { DatabaseConnection, DatabaseRole } from '../../shared/ipc/methods/databases-methods.ts';
import type { Keycard } from '../../shared/ipc/methods/keycards-methods.ts';
import type { Rotation } from '../../shared/ipc/methods/rotations-methods.ts';

const REVOCATION = '7b1ff0a6-6c2b-4a7e-9c3f-2f0d5a3c1e44';
const keycard: Keycard = {
  leaseId: 'database/creds/reader/abc',
  path: 'database/creds/reader',
  holder: 'billing',
  username: 'v-billing-reader',
  issuedAt: 1,
  expiresAt: 2,
  maxExpiresAt: 3,
  renewable: true,
  promise: 'dies-by-itself',
  state: 'active',
  reason: null,
  nextTryAt: null,
  proof: [],
};
const status: AppStatus = {
  phase: 'open',
  vault: { id: 'v', name: 'Team', directory: '/v' },
  quarantine: {
    reason: 'older',
    seen: { sequence: 2, time: 2, term: 1 },
    found: { sequence: 1, time: 1, term: 1 },
    damage: null,
  },
  recoveryKitWaits: false,
  knownVaults: [{ directory: '/v', name: 'Team', present: true, problem: null, keychain: false }],
  broker: { serving: true, address: 'http://127.0.0.1:8200', socketPath: '/s', problem: null },
  nextTryAt: null,
  clipboardClearsAt: null,
  sampleAvailable: true,
  keychainAvailable: false,
  platform: 'linux',
  version: '0.1.0',
};
const preferences: Preferences = { theme: 'dark', clipboardSeconds: 30, idleLockMinutes: 15 };
const connection: DatabaseConnection = {
  name: 'main',
  kind: 'postgresql',
  url: 'postgresql://db/shop',
  username: 'broker',
  isSample: false,
};
const role: DatabaseRole = {
  name: 'reader',
  connection: 'main',
  kind: 'postgresql',
  creationStatements: ['CREATE ROLE "{{name}}"'],
  defaultTtl: 300,
  maxTtl: 3600,
  promise: 'dies-by-itself',
  missing: [],
};
const app: App = {
  name: 'billing',
  createdAt: 1,
  lastLoginAt: null,
  liveKeycards: 1,
  policyNames: ['app-billing'],
};
const rotation: Rotation = {
  id: REVOCATION,
  what: 'secret',
  how: 'person',
  name: 'bank/pin',
  path: 'secret/data/bank/pin',
  secret: {
    path: 'bank/pin',
    isShown: true,
    field: 'value',
    length: 32,
    charset: 'digits',
    hook: '',
    instructions: 'Choose a new PIN at the branch.',
  },
  state: 'idle',
  paused: false,
  periodSeconds: 7_776_000,
  jitterSeconds: 0,
  schedule: '',
  windowSeconds: 0,
  dueAt: 10,
  startedAt: null,
  attempts: 0,
  reason: null,
  nextTryAt: null,
  lastRotatedAt: 1,
  lastResult: 'rotated',
  lastResultAt: 1,
  lastReason: null,
  proof: [],
  retireBy: null,
};
const handle = 'a'.repeat(32);
const field = { path: 'stripe', version: 1, field: 'key' };

/** A good input and a good output for every channel of the contract. */
export const IPC_SAMPLES: { readonly [C in Channel]: { input: IpcInput<C>; output: IpcOutput<C> } } = {
  'app.status': { input: undefined, output: status },
  'app.preferences': { input: undefined, output: preferences },
  'app.setPreferences': { input: preferences, output: preferences },
  'vault.suggestFolder': { input: { name: 'Team' }, output: { directory: '/v' } },
  'vault.chooseFolder': { input: { purpose: 'open' }, output: { directory: null } },
  'vault.create': { input: { name: 'Team', directory: '/v', passphrase: 'p' }, output: status },
  'vault.unlock': { input: { directory: '/v', passphrase: 'p' }, output: status },
  'vault.chooseBackup': { input: undefined, output: { file: null } },
  'vault.restore': { input: { backup: '/b.kwb', directory: '/v', passphrase: 'p' }, output: status },
  'vault.confirm': { input: undefined, output: status },
  'vault.revealRecoveryKit': { input: undefined, output: { kit: '00000-00001' } },
  'vault.saveRecoveryKit': { input: undefined, output: { file: '/kit.txt' } },
  'vault.recoveryKitKept': { input: { group: 3, typed: '0A1B2' }, output: status },
  'vault.newRecoveryKit': { input: { passphrase: 'p' }, output: status },
  'vault.setKeychain': { input: { passphrase: 'p', on: true }, output: status },
  'vault.backups': { input: undefined, output: { folder: '/v.backups', newestAt: 1, count: 1 } },
  'vault.backUp': { input: undefined, output: { folder: null, newestAt: null, count: 0 } },
  'vault.forget': { input: { directory: '/v' }, output: status },
  'vault.lock': { input: undefined, output: status },
  'vault.seal': { input: undefined, output: status },
  'secrets.list': {
    input: { folder: '' },
    output: { entries: [{ name: 'a', path: 'a', isFolder: false, updatedAt: null, version: null }] },
  },
  'secrets.show': {
    input: { path: 'stripe', version: 1 },
    output: {
      path: 'stripe',
      version: 1,
      deleted: false,
      fields: [{ name: 'key', length: 0 }],
      versions: [{ version: 1, createdAt: 1, deletedAt: null, destroyed: false }],
    },
  },
  'secrets.search': {
    input: { words: 'stripe' },
    output: { found: [{ path: 'stripe' }] },
  },
  'secrets.reveal': { input: field, output: { value: 'v' } },
  'secrets.copy': { input: field, output: { clearsAt: 1 } },
  'secrets.write': {
    input: { path: 'stripe', cas: 0, fields: [{ name: 'key', value: 'v' }] },
    output: { version: 1 },
  },
  'secrets.delete': { input: { path: 'stripe' }, output: { version: 1 } },
  'secrets.undelete': { input: { path: 'stripe', version: 1 }, output: {} },
  'databases.list': {
    input: undefined,
    output: { connections: [connection], roles: [role], sample: { state: 'absent', address: null } },
  },
  'databases.connect': {
    input: {
      name: 'main',
      kind: 'postgresql',
      host: 'db',
      port: 5432,
      database: 'shop',
      username: 'broker',
      password: 'p',
      tls: 'off',
    },
    output: { connection, findings: [] },
  },
  'databases.check': {
    input: { name: 'main', rehearse: true },
    output: { healthy: true, findings: [], serverVersion: '18.4', rehearsed: true },
  },
  'databases.disconnect': { input: { name: 'main' }, output: {} },
  'databases.writeRole': {
    input: {
      name: 'reader',
      connection: 'main',
      creationStatements: ['CREATE ROLE "{{name}}"'],
      defaultTtl: 300,
      maxTtl: 3600,
    },
    output: role,
  },
  'databases.removeRole': { input: { name: 'reader' }, output: {} },
  'databases.startSample': { input: undefined, output: { connection, role } },
  'databases.stopSample': { input: undefined, output: {} },
  'keycards.issue': { input: { role: 'reader', ttl: 60 }, output: { keycard, handle, username: 'u' } },
  'keycards.copyIssued': { input: { handle, what: 'password' }, output: { clearsAt: 1 } },
  'keycards.revealIssued': { input: { handle }, output: { password: 'p' } },
  'keycards.list': { input: undefined, output: { keycards: [keycard] } },
  'keycards.renew': { input: { leaseId: 'l', increment: 60 }, output: { keycard } },
  'keycards.revoke': { input: { leaseId: 'l' }, output: { keycard } },
  'revocations.rehearse': {
    input: { scope: 'app', name: 'billing' },
    output: {
      holders: [{ name: 'billing', tokens: 1, leases: 1 }],
      tokens: 1,
      keycards: [keycard],
      stillAlive: 0,
      blocked: [{ keycards: 1, reason: 'connection refused' }],
      secretIds: 1,
    },
  },
  'revocations.run': {
    input: { scope: 'app', name: 'billing', lockOut: true },
    output: { id: REVOCATION, tokens: 1, keycards: 1 },
  },
  'revocations.report': {
    input: { id: REVOCATION },
    output: {
      finished: true,
      tokens: 1,
      keycards: [
        {
          leaseId: 'l',
          path: 'p',
          holder: 'h',
          state: 'dead',
          reason: null,
          nextTryAt: null,
          proof: ['gone'],
        },
      ],
    },
  },
  'rotations.list': { input: undefined, output: { rotations: [rotation] } },
  'rotations.history': { input: { id: REVOCATION }, output: { events: [{ at: 1, kind: 'rotated' }] } },
  'rotations.rotate': { input: { id: REVOCATION }, output: { rotated: true, rotation } },
  'rotations.pause': { input: { id: REVOCATION, paused: true }, output: { rotation } },
  'rotations.bring': { input: { id: REVOCATION, value: '2947' }, output: { rotated: true, rotation } },
  'rotations.write': {
    input: {
      path: 'bank/pin',
      field: 'value',
      periodSeconds: 7_776_000,
      way: { kind: 'generator', length: 32, charset: 'digits' },
    },
    output: { rotation },
  },
  'rotations.remove': { input: { path: 'bank/pin' }, output: {} },
  'alarms.list': {
    input: undefined,
    output: {
      alarms: [
        {
          id: 'accessor',
          path: 'auth/approle/role/billing/secret-id',
          app: 'billing',
          madeAt: 1,
          firstUsedAt: 2,
          wasOpened: true,
          secondUses: 1,
        },
      ],
    },
  },
  'alarms.seen': { input: { id: 'accessor' }, output: {} },
  'apps.list': { input: undefined, output: { apps: [app] } },
  'apps.show': {
    input: { name: 'billing' },
    output: {
      app,
      roleId: 'r',
      doors: [{ kind: 'read-secret', target: 'stripe' }],
      policyText: '',
      policyByHand: false,
      tokenTtl: 60,
      keycards: [keycard],
    },
  },
  'apps.write': {
    input: {
      name: 'billing',
      access: { doors: [{ kind: 'database', target: 'reader' }] },
      tokenTtl: 60,
    },
    output: app,
  },
  'apps.remove': { input: { name: 'billing' }, output: {} },
  'apps.handOver': {
    input: { name: 'billing', ttl: 60 },
    output: { handle, roleId: 'r', expiresAt: 1, address: 'http://127.0.0.1:8200' },
  },
  'apps.copyHandOver': { input: { handle, what: 'hvac' }, output: { clearsAt: 1 } },
  'logins.list': { input: undefined, output: { requests: [{ code: 'AB12', program: 'kw', expiresAt: 1 }] } },
  'logins.decide': { input: { code: 'AB12', approve: true }, output: {} },
  'clipboard.clear': { input: undefined, output: {} },
  'held.forget': { input: { handle: '0123456789abcdef0123456789abcdef' }, output: {} },
};
