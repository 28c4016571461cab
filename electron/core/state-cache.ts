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

/** How many sets of policies are kept compiled. */
const MAX_ACLS = 1000;

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
  const revision = (db: ReadDb, domain: RevisedDomain) => readRevision(db, domain);
  return {
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
    },
  };
}
