import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { formatReference, type Reference } from '../../../shared/model/reference.ts';
import { envelopeOf, errorOf } from '../broker/broker-reply.ts';
import { fullPath, holdsKv2Fields, type MountInfo, mountOf } from '../broker/kv-path.ts';
import { fieldsOf } from '../output/print-envelope.ts';
import { plainText } from '../output/table.ts';
import type { RunSession } from './run-session.ts';

/** References that one request answers: the same path and version. */
interface Fetch {
  readonly path: string;
  readonly version: number | undefined;
  readonly kv2: boolean;
  readonly references: Reference[];
}

/** What references name, and what of it can be waited for: not what was made for this run alone, nor a fixed version. */
export interface Revealed {
  readonly values: ReadonlyMap<Reference, string>;
  /** Those of them that are not this run's alone. */
  readonly shared: ReadonlyMap<Reference, string>;
  readonly watchable: readonly WatchedPath[];
}

/** A path that was read, and where the ledger stood then. */
export interface WatchedPath {
  readonly path: string;
  readonly index: number;
}

/**
 * Fetches what references name, one request for each path (and version), so that a user name and its password are one lease.
 * Leases are handed to the session, which renews them. Throws `not-found` for a field that is not there.
 */
export async function revealReferences(
  session: RunSession,
  references: readonly Reference[],
  signal: AbortSignal,
): Promise<Revealed> {
  const values = new Map<Reference, string>();
  const shared = new Map<Reference, string>();
  const watchable: WatchedPath[] = [];
  for (const fetch of await groupByRequest(session, references)) {
    const reply = await session.client.ask({
      verb: 'GET',
      path: fetch.path,
      query: fetch.version === undefined ? { index: '0' } : { version: String(fetch.version) },
      signal,
    });
    const [first] = fetch.references;
    if (reply.status !== 200 && first) throw about(first, errorOf(reply));
    const envelope = envelopeOf(reply);
    if (envelope?.lease_id) session.keepLease(fetch.path, envelope);
    else if (reply.index !== undefined) watchable.push({ path: fetch.path, index: reply.index });
    const fields = fieldsOf(envelope, fetch.kv2 ? 'kv2' : 'data');
    for (const reference of fetch.references) {
      if (!Object.hasOwn(fields, reference.field))
        throw about(reference, new KeywardenError('not-found', 'there is no such field.'));
      const value = asVariable(reference, fields[reference.field]);
      values.set(reference, value);
      if (!envelope?.lease_id) shared.set(reference, value);
    }
  }
  return { values, shared, watchable };
}

async function groupByRequest(session: RunSession, references: readonly Reference[]): Promise<Fetch[]> {
  const mounts: MountInfo[] = [];
  const fetches = new Map<string, Fetch>();
  for (const reference of references) {
    let mount = mounts.find((one) => reference.path.startsWith(one.path));
    if (!mount) {
      mount = await mountOf(session.client, reference.path);
      if (mount) mounts.push(mount);
    }
    const path = fullPath(reference.path, mount, 'value');
    const kv2 = holdsKv2Fields(path, mount);
    if (reference.version !== undefined && !kv2) {
      throw about(reference, new KeywardenError('invalid-request', 'only KV 2 keeps versions.'));
    }
    const key = `${path}?${reference.version ?? ''}`;
    const fetch = fetches.get(key) ?? { path, version: reference.version, kv2, references: [] };
    fetch.references.push(reference);
    fetches.set(key, fetch);
  }
  return [...fetches.values()];
}

/** The complaint with the reference in front: a run has many. */
function about(reference: Reference, { code, message }: KeywardenError): KeywardenError {
  return new KeywardenError(code, `${formatReference(reference)}: ${message}`);
}

function asVariable(reference: Reference, value: unknown): string {
  const text = plainText(value);
  if (text.includes('\0')) {
    throw about(reference, new KeywardenError('invalid-request', 'a variable cannot hold a zero byte.'));
  }
  return text;
}
