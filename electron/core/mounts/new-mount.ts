import type { RandomBytes } from '../../vault/ports.ts';
import { randomUuid } from '../random-text.ts';
import type { Mount } from './mount.ts';

/** What whoever mounts decides. */
export interface MountWish {
  readonly path: string;
  readonly type: string;
  readonly description?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly defaultTtl?: number;
  readonly maxTtl?: number;
}

/** A mount with an identity of its own. `kv-v2` is `kv` with a version, as in Vault. */
export function newMount(wish: MountWish, random: RandomBytes): Mount {
  const type = wish.type === 'kv-v2' || wish.type === 'kv-v1' || wish.type === 'generic' ? 'kv' : wish.type;
  const version = wish.type === 'kv-v2' ? { version: '2' } : wish.type === 'kv-v1' ? { version: '1' } : {};
  return {
    path: wish.path,
    type,
    uuid: randomUuid(random),
    accessor: `${wish.path.startsWith('auth/') ? 'auth_' : ''}${type}_${Buffer.from(random(4)).toString('hex')}`,
    description: wish.description ?? '',
    options: { ...wish.options, ...version },
    defaultTtl: wish.defaultTtl ?? 0,
    maxTtl: wish.maxTtl ?? 0,
  };
}

/** What every new vault has. Those at built-in paths are always there and cannot be unmounted. */
export function defaultMounts(kvVersion: 1 | 2): readonly MountWish[] {
  return [
    { path: 'sys/', type: 'system', description: 'system endpoints used for control, policy and debugging' },
    { path: 'auth/token/', type: 'token', description: 'token based credentials' },
    { path: 'auth/desktop/', type: 'desktop', description: 'kw login, answered on the desktop' },
    { path: 'cubbyhole/', type: 'cubbyhole', description: 'per-token private secret storage' },
    { path: 'identity/', type: 'identity', description: 'identity store' },
    { path: 'auth/approle/', type: 'approle', description: 'app identities' },
    {
      path: 'secret/',
      type: 'kv',
      description: 'key/value secret storage',
      options: { version: String(kvVersion) },
    },
    { path: 'database/', type: 'database', description: 'database users that end by themselves' },
  ];
}

/** Paths that are served by core itself, always. */
export const BUILT_IN_PATHS: readonly string[] = [
  'sys/',
  'auth/token/',
  'auth/desktop/',
  'cubbyhole/',
  'identity/',
];

/** Their engines: there is one mount of each. */
export const BUILT_IN_TYPES: readonly string[] = ['system', 'token', 'desktop', 'cubbyhole', 'identity'];
