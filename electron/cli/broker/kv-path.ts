import type { BrokerClient } from './broker-client.ts';
import { errorOf, isJsonObject, type JsonObject } from './broker-reply.ts';

/** A mount, as far as paths depend on it. */
export interface MountInfo {
  /** Ends with a slash. */
  readonly path: string;
  readonly type: string;
  readonly kvVersion: 1 | 2 | undefined;
}

/** What is about to be done with a path. */
export type PathUse = 'value' | 'list';

/** KV 2's own folders: a path that begins with one below its mount is taken as it is. */
const KV2_FOLDERS = [
  'data',
  'metadata',
  'delete',
  'undelete',
  'destroy',
  'subkeys',
  'rotation',
  'rotate',
  'rotation-hooks',
];

/** The mount that serves a path; undefined when it is none of secrets, or the broker does not say. Throws `sealed`. */
export async function mountOf(client: BrokerClient, path: string): Promise<MountInfo | undefined> {
  if (/^(?:sys|auth|identity|cubbyhole)(?:\/|$)/.test(path)) return undefined;
  const one = await client.ask({ verb: 'GET', path: `sys/internal/ui/mounts/${path}` });
  if (one.status === 503) throw errorOf(one);
  const data = one.status === 200 ? one.body?.['data'] : undefined;
  if (isJsonObject(data) && typeof data['path'] === 'string') return mountInfo(data['path'], data);

  const all = await client.ask({ verb: 'GET', path: 'sys/internal/ui/mounts' });
  const listed = all.status === 200 ? all.body?.['data'] : undefined;
  const secrets = isJsonObject(listed) ? listed['secret'] : undefined;
  if (!isJsonObject(secrets)) return undefined;
  const found = Object.keys(secrets)
    .filter((mount) => `${path}/`.startsWith(mount))
    .sort((a, b) => b.length - a.length)[0];
  const info = found === undefined ? undefined : secrets[found];
  return found !== undefined && isJsonObject(info) ? mountInfo(found, info) : undefined;
}

/** Writes KV 2's implied `data/` (or `metadata/` for a list) into a path; other paths stay as they are. */
export function fullPath(path: string, mount: MountInfo | undefined, use: PathUse): string {
  if (mount?.kvVersion !== 2) return path;
  const rest = `${path}/`.startsWith(mount.path) ? path.slice(mount.path.length) : '';
  const folder = use === 'list' ? 'metadata' : 'data';
  const [first = '', ...below] = rest.split('/');
  if (use === 'list' && first === 'data') return [mount.path + folder, ...below].join('/');
  if (KV2_FOLDERS.includes(first) && (below.length > 0 || use === 'list')) return path;
  return `${mount.path}${folder}/${rest}`;
}

/** Whether a full path holds the fields of a KV 2 secret, which lie one level deeper in requests and answers. */
export function holdsKv2Fields(full: string, mount: MountInfo | undefined): boolean {
  return mount?.kvVersion === 2 && full.startsWith(`${mount.path}data/`);
}

function mountInfo(path: string, info: JsonObject): MountInfo {
  const type = typeof info['type'] === 'string' ? info['type'] : '';
  const options = info['options'];
  const version = isJsonObject(options) ? String(options['version']) : '1';
  const isKv = type === 'kv' || type === 'generic';
  return {
    path: path.endsWith('/') ? path : `${path}/`,
    type,
    kvVersion: isKv ? (version === '2' ? 2 : 1) : undefined,
  };
}

/** A path as people write it: no slash in front. A slash behind is kept, it means a folder. */
export function tidyPath(path: string): string {
  return path.replace(/^\/+/, '').replace(/\/{2,}/g, '/');
}
