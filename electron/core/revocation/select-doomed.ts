import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReadDb } from '../../vault/state-db.ts';
import { selectAliases, selectEntities } from '../identity/identity-rows.ts';
import { findLease, type LeaseRow, leasesNowBelow, selectLeases } from '../leases/lease-rows.ts';
import type { MountTable } from '../mounts/mount-table.ts';
import { selectTokens, type TokenRow, tokensBelow, tokenTree } from '../tokens/token-rows.ts';
import type { Scope } from './scope.ts';

/** What a revocation stops. Rehearsal and run read it by the same function: they cannot differ. */
export interface Doomed {
  /** Tokens with their whole trees, parents before children. */
  readonly tokens: readonly TokenRow[];
  /** Living keycards: those of the tokens, and those that the scope names itself. */
  readonly leases: readonly LeaseRow[];
  /** Keycards in the scope that have ended for us already, but are not proven dead. */
  readonly stillAlive: readonly LeaseRow[];
  /** Entities that the scope means; only a person has any. */
  readonly entities: readonly string[];
}

interface Reading {
  readonly db: ReadDb;
  readonly mounts: MountTable;
  /** The hash of the token that asks: everything is everything but it and what it hangs on. */
  readonly asker: string;
}

/** Reads what a scope takes in now. Throws `invalid-request` where it names nothing that exists. */
export function selectDoomed(reading: Reading, scope: Scope): Doomed {
  const { db } = reading;
  const entities = scope.scope === 'person' ? entitiesNamed(db, scope.name) : [];
  const tokens = new Map<string, TokenRow>();
  for (const root of rootsOf(reading, scope, entities)) {
    if (tokens.has(root.hash)) continue;
    for (const token of tokenTree(db, root.hash)) tokens.set(token.hash, token);
  }
  const leases = new Map<string, LeaseRow>();
  for (const lease of [...leasesOf(reading, scope), ...leasesHeldBy(db, tokens)]) leases.set(lease.id, lease);
  const all = [...leases.values()];
  return {
    tokens: [...tokens.values()],
    leases: all.filter(({ state }) => state === 'pending' || state === 'active'),
    stillAlive: all.filter(({ state }) => state === 'ending'),
    entities,
  };
}

function rootsOf(
  { db, mounts, asker }: Reading,
  scope: Scope,
  entities: readonly string[],
): readonly TokenRow[] {
  switch (scope.scope) {
    case 'lease':
      return [];
    case 'prefix':
      return tokensBelow(db, scope.name);
    case 'token': {
      const found = selectTokens(db, 'accessor = ?', scope.name);
      if (found.length === 0) throw new KeywardenError('invalid-request', 'invalid accessor');
      return found;
    }
    case 'app':
      return selectTokens(db, 'app = ?', scope.name.toLowerCase());
    case 'person':
      return entities.flatMap((entity) => selectTokens(db, 'entity = ?', entity));
    case 'mount':
      return selectTokens(db, 'mount = ?', mountNamed(mounts, scope.name));
    case 'everything': {
      const spared = ancestry(db, asker);
      // The desktop's own session ends by locking and sealing: whoever presses the button must see what came of it.
      return selectTokens(db, "kind <> 'session'").filter(({ hash }) => !spared.has(hash));
    }
  }
}

function leasesOf({ db, mounts }: Reading, scope: Scope): readonly LeaseRow[] {
  switch (scope.scope) {
    case 'lease': {
      const lease = findLease(db, scope.name);
      if (!lease) throw new KeywardenError('invalid-request', 'invalid lease');
      return [lease];
    }
    case 'prefix':
      return leasesNowBelow(db, scope.name);
    case 'app':
      // Its living ones hang on its tokens; those whose token is gone already show who held them.
      return selectLeases(db, "owner = ? AND state = 'ending'", scope.name.toLowerCase());
    case 'mount':
      return selectLeases(db, 'mount = ?', mountNamed(mounts, scope.name));
    case 'everything':
      return selectLeases(db, '1');
    case 'token':
    case 'person':
      return [];
  }
}

function leasesHeldBy(db: ReadDb, tokens: ReadonlyMap<string, TokenRow>): readonly LeaseRow[] {
  return [...tokens.keys()].flatMap((hash) => selectLeases(db, 'token_hash = ?', hash));
}

/** A person by entity id, by the entity's name, or by what a login calls them. */
function entitiesNamed(db: ReadDb, name: string): readonly string[] {
  const named = selectEntities(db, 'id = ? OR name = ?', name, name).map(({ id }) => id);
  const called = selectAliases(db, 'name = ?', name).map(({ entity }) => entity);
  const found = [...new Set([...named, ...called])];
  if (found.length === 0) throw new KeywardenError('invalid-request', `nobody is called ${name}`);
  return found;
}

function mountNamed(mounts: MountTable, name: string): string {
  const path = name.endsWith('/') ? name : `${name}/`;
  const mount = mounts.at(path);
  if (!mount) throw new KeywardenError('invalid-request', `nothing is mounted at ${path}`);
  return mount.uuid;
}

function ancestry(db: ReadDb, hash: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at: string | null = hash; at !== null && !found.has(at); ) {
    found.add(at);
    at = selectTokens(db, 'hash = ?', at)[0]?.parent ?? null;
  }
  return found;
}
