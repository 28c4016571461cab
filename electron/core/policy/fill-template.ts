import type { PathRule, Policy } from './policy.ts';

type Texts = Readonly<Record<string, string>>;

/** Whom a policy's templates speak of. */
export interface PolicySubject {
  readonly entity: { readonly id: string; readonly name: string; readonly metadata: Texts };
  readonly aliases: readonly {
    readonly mountAccessor: string;
    readonly id: string;
    readonly name: string;
    readonly metadata: Texts;
    readonly customMetadata: Texts;
  }[];
  readonly groups: readonly { readonly id: string; readonly name: string; readonly metadata: Texts }[];
}

/** A policy whose paths speak of this subject; a path that cannot be filled is dropped, as in Vault. */
export function fillTemplates(policy: Policy, subject: PolicySubject | undefined): Policy {
  if (!policy.raw.includes('{{')) return policy;
  return { ...policy, paths: policy.paths.flatMap((rule) => fillRule(rule, subject)) };
}

function fillRule(rule: PathRule, subject: PolicySubject | undefined): readonly PathRule[] {
  if (!rule.pattern.includes('{{')) return [rule];
  let isWhole = true;
  const pattern = rule.pattern.replace(/\{\{([^{}]*)\}\}/g, (_all, name: string) => {
    const value = subject && resolve(name.trim(), subject);
    // A wildcard in somebody's name would open more than its author meant.
    if (value === undefined || value === '' || /[*+]/.test(value)) isWhole = false;
    return value ?? '';
  });
  return isWhole && !pattern.includes('{{') && !pattern.includes('}}') ? [{ ...rule, pattern }] : [];
}

function resolve(name: string, { entity, aliases, groups }: PolicySubject): string | undefined {
  const own = /^identity\.entity\.(?:(id|name)|metadata\.(.+))$/.exec(name);
  if (own) return pick(entity, own[1], own[2]);
  const alias =
    /^identity\.entity\.aliases\.([^.]+)\.(?:(id|name)|metadata\.(.+)|custom_metadata\.(.+))$/.exec(name);
  if (alias) {
    const found = aliases.find(({ mountAccessor }) => mountAccessor === alias[1]);
    if (!found) return undefined;
    return alias[4] === undefined ? pick(found, alias[2], alias[3]) : read(found.customMetadata, alias[4]);
  }
  const group = /^identity\.groups\.(ids|names)\.(.+)\.(?:(id|name)|metadata\.([^.]+))$/.exec(name);
  const found =
    group && groups.find((one) => (group[1] === 'ids' ? one.id === group[2] : one.name === group[2]));
  return found ? pick(found, group?.[3], group?.[4]) : undefined;
}

function pick(
  from: { readonly id: string; readonly name: string; readonly metadata: Texts },
  field: string | undefined,
  key: string | undefined,
): string | undefined {
  if (field === 'id') return from.id;
  if (field === 'name') return from.name;
  return key === undefined ? undefined : read(from.metadata, key);
}

function read(texts: Texts, key: string): string | undefined {
  return Object.hasOwn(texts, key) ? texts[key] : undefined;
}
