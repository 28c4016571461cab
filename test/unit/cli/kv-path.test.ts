import { describe, expect, it } from 'vitest';
import { fullPath, holdsKv2Fields, type MountInfo, tidyPath } from '../../../electron/cli/broker/kv-path.ts';

const kv2: MountInfo = { path: 'secret/', type: 'kv', kvVersion: 2 };
const deep: MountInfo = { path: 'teams/red/', type: 'kv', kvVersion: 2 };
const kv1: MountInfo = { path: 'old/', type: 'kv', kvVersion: 1 };
const database: MountInfo = { path: 'database/', type: 'database', kvVersion: undefined };

describe("KV 2's data/", () => {
  it.each([
    ['secret/app', kv2, 'value', 'secret/data/app'],
    ['secret/a/b', kv2, 'value', 'secret/data/a/b'],
    ['secret/data/app', kv2, 'value', 'secret/data/app'],
    ['secret/metadata/app', kv2, 'value', 'secret/metadata/app'],
    ['secret/undelete/app', kv2, 'value', 'secret/undelete/app'],
    ['secret/rotation/app', kv2, 'value', 'secret/rotation/app'],
    ['secret/rotate/app', kv2, 'value', 'secret/rotate/app'],
    ['secret/rotation-hooks/crm', kv2, 'value', 'secret/rotation-hooks/crm'],
    ['secret/rotation-hooks', kv2, 'list', 'secret/rotation-hooks'],
    ['secret/rotation', kv2, 'value', 'secret/data/rotation'],
    ['secret/data', kv2, 'value', 'secret/data/data'],
    ['secret/config', kv2, 'value', 'secret/data/config'],
    ['teams/red/app', deep, 'value', 'teams/red/data/app'],
    ['secret', kv2, 'list', 'secret/metadata/'],
    ['secret/', kv2, 'list', 'secret/metadata/'],
    ['secret/a', kv2, 'list', 'secret/metadata/a'],
    ['secret/a/', kv2, 'list', 'secret/metadata/a/'],
    ['secret/metadata/a', kv2, 'list', 'secret/metadata/a'],
    ['secret/metadata', kv2, 'list', 'secret/metadata'],
    ['secret/data/a', kv2, 'list', 'secret/metadata/a'],
    ['old/app', kv1, 'value', 'old/app'],
    ['database/creds/app', database, 'value', 'database/creds/app'],
    ['sys/policies/acl/a', undefined, 'value', 'sys/policies/acl/a'],
  ] as const)('%s on %o for a %s is %s', (path, mount, use, full) => {
    expect(fullPath(path, mount, use)).toBe(full);
  });

  it('tells where fields lie one level deeper', () => {
    expect(holdsKv2Fields('secret/data/app', kv2)).toBe(true);
    expect(holdsKv2Fields('secret/metadata/app', kv2)).toBe(false);
    expect(holdsKv2Fields('old/data/app', kv1)).toBe(false);
  });

  it('does not mind a slash in front', () => {
    expect(tidyPath('/secret//app')).toBe('secret/app');
  });
});
