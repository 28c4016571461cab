import { isIP } from 'node:net';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { fitsGlob, type HostName, readHostName } from './host-name.ts';
import type { PkiRole } from './role-fields.ts';
import type { AltNames } from './x509/extensions.ts';

/** The names that somebody asks a certificate for, as they came. */
export interface AskedNames {
  readonly commonName: string;
  readonly names: AltNames;
  readonly excludeCommonName: boolean;
}

/** Those that go into it: each in the one spelling that was checked. */
export interface CheckedNames {
  readonly commonName: string;
  readonly names: AltNames;
}

const LOCAL_PART = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/;
const LONGEST_COMMON_NAME = 64;

/**
 * Checks all names against the role, the common name as strictly as the others: clients that still read it find nothing
 * there that the role would not let into the alternative names. SECURITY: what is signed is the spelling that was checked.
 * Throws `invalid-request`.
 */
export function checkNames(role: PkiRole, asked: AskedNames): CheckedNames {
  const common = asked.commonName === '' ? undefined : checkCommonName(role, asked.commonName);
  const also = common && !asked.excludeCommonName ? common : undefined;
  const allOf = (kind: keyof AltNames, check: (name: string) => string): readonly string[] => {
    const first = also?.kind === kind ? [also.text] : [];
    return [...new Set([...first, ...asked.names[kind].map(check)])];
  };
  return {
    commonName: common?.text ?? '',
    names: {
      dns: allOf('dns', (name) => checkHost(role, name).text),
      email: allOf('email', (name) => checkEmail(role, name)),
      ip: allOf('ip', (address) => checkAddress(role, address)),
      uri: allOf('uri', (uri) => checkUri(role, uri)),
    },
  };
}

interface CommonName {
  readonly text: string;
  /** What it is among the alternative names; free text is none of them. */
  readonly kind: keyof AltNames | undefined;
}

function checkCommonName(role: PkiRole, given: string): CommonName {
  if (given.length > LONGEST_COMMON_NAME || /\p{Cc}/u.test(given)) {
    throw new KeywardenError(
      'invalid-request',
      `a common name has ${LONGEST_COMMON_NAME} characters at most, none of them a control character`,
    );
  }
  if (isIP(given) !== 0) return { text: checkAddress(role, given), kind: 'ip' };
  if (role.cn_validations.includes('disabled')) return { text: given, kind: undefined };
  if (given.includes('@')) {
    if (!role.cn_validations.includes('email')) refuse(`common name ${given} not allowed by this role`);
    return { text: checkEmail(role, given), kind: 'email' };
  }
  const isHost = readHostName(given, role.enforce_hostnames) !== undefined;
  if (!isHost && role.allow_any_name && !role.enforce_hostnames) return { text: given, kind: undefined };
  if (!role.cn_validations.includes('hostname')) refuse(`common name ${given} not allowed by this role`);
  return { text: checkHost(role, given, 'common name').text, kind: 'dns' };
}

function checkHost(role: PkiRole, given: string, what = 'subject alternate name'): HostName {
  const name = readHostName(given, role.enforce_hostnames);
  if (!name) return refuse(`${what} ${given} is not a valid host name`);
  if (name.isWildcard && !role.allow_wildcard_certificates)
    refuse(`${what} ${given} not allowed by this role`);
  if (!allowsHost(role, name)) refuse(`${what} ${given} not allowed by this role`);
  return name;
}

function allowsHost(role: PkiRole, { text, base, isWildcard }: HostName): boolean {
  if (role.allow_any_name) return true;
  if (role.allow_localhost && isBelow(role, { text, base, isWildcard }, ['localhost', 'localdomain'], true)) {
    return true;
  }
  if (isBelow(role, { text, base, isWildcard }, plainDomains(role), role.allow_bare_domains)) return true;
  return role.allow_glob_domains && globs(role).some((glob) => fitsGlob(glob, text));
}

/** The domain itself, where that is allowed, or what stands below it, where that is. */
function isBelow(
  role: PkiRole,
  { text, base, isWildcard }: HostName,
  domains: readonly string[],
  bare: boolean,
): boolean {
  return domains.some(
    (domain) =>
      (bare && text === domain) ||
      (role.allow_subdomains && (base.endsWith(`.${domain}`) || (isWildcard && base === domain))),
  );
}

/** An address is allowed by its host, or as a whole where the role names it. */
function checkEmail(role: PkiRole, given: string): string {
  const [local = '', host = '', ...rest] = given.split('@');
  const name = readHostName(host, role.enforce_hostnames);
  if (rest.length > 0 || !LOCAL_PART.test(local) || !name || name.isWildcard) {
    return refuse(`${given} is not a valid email address`);
  }
  const text = `${local}@${name.text}`;
  const named = role.allowed_domains.filter((domain) => domain.includes('@')).map(lower);
  const whole =
    (role.allow_bare_domains && named.includes(lower(text))) ||
    (role.allow_glob_domains && named.some((glob) => fitsGlob(glob, lower(text))));
  if (!whole && !allowsHost(role, name)) refuse(`email address ${given} not allowed by this role`);
  return text;
}

function checkAddress(role: PkiRole, given: string): string {
  const version = isIP(given);
  if (version === 0 || given.includes('%')) refuse(`the value ${given} is not a valid IP address`);
  if (!role.allow_ip_sans) refuse('IP Subject Alternative Names are not allowed in this role');
  return given.toLowerCase();
}

function checkUri(role: PkiRole, given: string): string {
  if (!/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(given)) refuse(`the value ${given} is not a valid URI`);
  if (!role.allowed_uri_sans.some((glob) => fitsGlob(glob, given))) {
    refuse(
      'URI Subject Alternative Names are not allowed in this role, but was provided: the URI fits none of allowed_uri_sans',
    );
  }
  return given;
}

/** `*.example.com` among the allowed may be asked for as it stands; in globs `*` stands for anything. */
function plainDomains(role: PkiRole): readonly string[] {
  return role.allowed_domains.flatMap((domain) => readHostName(domain, false)?.text ?? []);
}

function globs(role: PkiRole): readonly string[] {
  return role.allowed_domains.filter((domain) => domain.includes('*') && !domain.includes('@')).map(lower);
}

function lower(text: string): string {
  return text.toLowerCase();
}

function refuse(why: string): never {
  throw new KeywardenError('invalid-request', why);
}
