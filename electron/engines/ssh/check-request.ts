import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { SshPublicKey } from './public-key.ts';
import type { SshRole } from './role-fields.ts';

/** What is asked of a certificate. */
export interface Asked {
  readonly kind: 'user' | 'host';
  readonly principals: readonly string[];
  readonly criticalOptions: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, string>>;
}

/**
 * Whom the certificate is for, within the role. A certificate without principals would let in everybody, so there is none
 * unless the role says so in as many words. Throws `invalid-request`.
 */
export function checkPrincipals(role: SshRole, { kind, principals }: Asked): readonly string[] {
  if (!(kind === 'user' ? role.allow_user_certificates : role.allow_host_certificates)) {
    refuse(`cert_type ${kind} is not allowed by role`);
  }
  const byDefault = kind === 'user' && role.default_user !== '' ? [role.default_user] : [];
  const wanted = principals.length > 0 ? [...new Set(principals)] : byDefault;
  if (wanted.length === 0 && !role.allow_empty_principals) {
    refuse('refusing to sign a certificate without valid_principals: it would be good for everybody');
  }
  for (const name of wanted) {
    const isAllowed = kind === 'user' ? allowsUser(role, name) : allowsHost(role, name.toLowerCase());
    if (!isAllowed || /\p{Cc}|,/u.test(name)) refuse(`${name} is not a valid value for valid_principals`);
  }
  return kind === 'host' ? wanted.map((name) => name.toLowerCase()) : wanted;
}

/** The role's defaults stay in force; what is asked for comes on top, where it is allowed. Throws `invalid-request`. */
export function checkOptions(
  what: 'critical options' | 'extensions',
  asked: Readonly<Record<string, string>>,
  allowed: readonly string[],
  defaults: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const surplus = Object.keys(asked).filter((name) => !allowed.includes('*') && !allowed.includes(name));
  if (surplus.length > 0) refuse(`${what} [${surplus.join(' ')}] are not on allowed list`);
  return { ...defaults, ...asked };
}

/** The key's kind and length, where the role names any. Throws `invalid-request`. */
export function checkKeyLength(role: SshRole, { type, kind, bits }: SshPublicKey): void {
  const lengths = role.allowed_user_key_lengths;
  if (Object.keys(lengths).length === 0) return;
  const names = { rsa: ['rsa', 'ssh-rsa'], ec: ['ec', 'ecdsa'], ed25519: ['ed25519', 'ssh-ed25519'] }[kind];
  const allowed = [type, ...names].flatMap((name) =>
    Object.hasOwn(lengths, name) ? (lengths[name] ?? []) : [],
  );
  const isListed = allowed.length > 0;
  if (!isListed) refuse(`a key of type ${type} is not allowed`);
  // Such keys have one length, which Vault writes as 0.
  if (kind === 'ed25519' || allowed.includes(0) || allowed.includes(bits)) return;
  refuse(`a key of type ${type} with ${bits} bits is not allowed`);
}

function allowsUser(role: SshRole, name: string): boolean {
  return (
    name !== '' &&
    (name === role.default_user || role.allowed_users.some((user) => user === '*' || user === name))
  );
}

/** A host's name with a `*` in it would stand for others: only where every name is allowed. */
function allowsHost(role: SshRole, name: string): boolean {
  if (role.allowed_domains.includes('*')) return name !== '';
  if (!/^[a-z0-9._-]+$/.test(name)) return false;
  return role.allowed_domains
    .map((domain) => domain.toLowerCase())
    .some(
      (domain) =>
        (role.allow_bare_domains && name === domain) ||
        (role.allow_subdomains && name.endsWith(`.${domain}`)),
    );
}

function refuse(why: string): never {
  throw new KeywardenError('invalid-request', why);
}
