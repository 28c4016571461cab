import type { ReadDb } from '../vault/state-db.ts';
import { identityPolicies } from './identity/identity-rows.ts';
import { readSubject } from './identity/read-subject.ts';
import { type MountTable, readMountTable } from './mounts/mount-table.ts';
import { FIXED_POLICIES } from './policies/builtin-policies.ts';
import { findPolicyText } from './policies/policy-rows.ts';
import { type Acl, compileAcl } from './policy/acl.ts';
import { fillTemplates } from './policy/fill-template.ts';
import { parsePolicy } from './policy/parse-policy.ts';
import { type RevisedDomain, readRevision } from './revisions.ts';
import { findToken, type TokenRow } from './tokens/token-rows.ts';

/** How many sets of policies are kept compiled. */
const MAX_ACLS = 1000;
const MAX_TOKENS = 1000;

/** Whose policies are asked: a token's own names, and whom it acts for. */
export interface Holder {
  readonly policies: readonly string[];
  readonly entity: string | null;
}

/**
 * What is made of the state and kept for the next request: the mount table and compiled policies.
 * Always holds: what is given out belongs to the revision that the asking turn sees.
 */
export interface StateCache {
  mounts(db: ReadDb): MountTable;
  /** The token of that keyed hash, if it is in the state; it may be overdue. */
  token(db: ReadDb, hash: string): TokenRow | undefined;
  /** What a holder's policies grant, with its entity's. Unknown names grant nothing; one that no longer parses refuses all. */
  acl(db: ReadDb, holder: Holder): Acl;
  /** After a batch was rolled back: its revisions may come again with other content. */
  clear(): void;
}

/** An empty cache. */
export function createStateCache(): StateCache {
  let mounts: { readonly revision: number; readonly table: MountTable } | undefined;
  let aclRevision = '';
  const acls = new Map<string, Acl>();
  const tokens = new Map<string, TokenRow>();
  let tokensRevision = -1;
  const revisions = new Map<RevisedDomain, number>();
  let revisionsRevision = -1;
  const revision = (db: ReadDb, domain: RevisedDomain) => {
    const written = db.revisionOf('revisions');
    if (written !== revisionsRevision) revisions.clear();
    revisionsRevision = written;
    const known = revisions.get(domain);
    if (known !== undefined) return known;
    const read = readRevision(db, domain);
    revisions.set(domain, read);
    return read;
  };
  return {
    token(db, hash) {
      const written = db.revisionOf('tokens');
      if (written !== tokensRevision || tokens.size >= MAX_TOKENS) tokens.clear();
      tokensRevision = written;
      const known = tokens.get(hash);
      if (known) return known;
      const token = findToken(db, hash);
      // Who is nobody is looked up again: strangers must not fill this.
      if (token) tokens.set(hash, token);
      return token;
    },
    mounts(db) {
      const current = revision(db, 'mounts');
      if (mounts?.revision !== current) mounts = { revision: current, table: readMountTable(db) };
      return mounts.table;
    },
    acl(db, { policies, entity }) {
      const current = `${revision(db, 'policies')}/${revision(db, 'identity')}`;
      if (current !== aclRevision || acls.size >= MAX_ACLS) acls.clear();
      aclRevision = current;
      const key = `${entity ?? ''}${JSON.stringify(policies)}`;
      const known = acls.get(key);
      if (known) return known;
      const names = new Set([...policies, ...identityPolicies(db, entity)]);
      const subject = entity === null ? undefined : readSubject(db, entity);
      const acl = compileAcl(
        [...names].flatMap((name) => {
          const text = FIXED_POLICIES.get(name) ?? findPolicyText(db, name);
          return text === undefined ? [] : [fillTemplates(parsePolicy(name, text), subject)];
        }),
      );
      acls.set(key, acl);
      return acl;
    },
    clear() {
      mounts = undefined;
      aclRevision = '';
      acls.clear();
      tokens.clear();
      revisions.clear();
    },
  };
}
