import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { JwtConfig, JwtRole } from './jwt-rows.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Seconds of leeway where a role says nothing: what clocks differ by, and tokens without an end or a beginning. */
const SKEW = 60;
const LEEWAY = 150;

/** Who the claims say it is, and what of them the token shows. */
export interface CheckedClaims {
  readonly user: string;
  readonly metadata: Readonly<Record<string, string>>;
}

function refuse(words: string): KeywardenError {
  return new KeywardenError('login-failed', `error validating token: ${words}`);
}

/** Checks the claims of a signed token against config and role; `now` in milliseconds. Throws `login-failed`. */
export function checkClaims(claims: Claims, config: JwtConfig, role: JwtRole, now: number): CheckedClaims {
  checkTimes(claims, role, now / 1000);
  if (config.boundIssuer !== '' && claims['iss'] !== config.boundIssuer)
    throw refuse('invalid issuer (iss) claim');
  if (role.boundSubject !== '' && claims['sub'] !== role.boundSubject)
    throw refuse('sub claim does not match bound subject');
  checkAudience(claims['aud'], role.boundAudiences);
  for (const [name, wanted] of Object.entries(role.boundClaims)) checkBound(claims, name, wanted, role);
  const user = readClaim(claims, role.userClaim, role.userClaimJsonPointer);
  if (typeof user !== 'string' || user === '') {
    throw new KeywardenError('login-failed', `claim "${role.userClaim}" not found in token or not a text`);
  }
  const mapped = Object.entries(role.claimMappings).flatMap(([from, to]) => {
    const value = readClaim(claims, from, from.startsWith('/'));
    return value === undefined || typeof value === 'object' ? [] : [[to, String(value)] as const];
  });
  return { user, metadata: Object.fromEntries(mapped) };
}

/** A token without any time is good for ever, so it is refused; a missing end or beginning is made up from the others. */
function checkTimes(claims: Claims, role: JwtRole, now: number): void {
  const time = (name: string) => {
    const value = claims[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse(`${name} claim is not a time`);
    return value;
  };
  const [expires, notBefore, issued] = [time('exp'), time('nbf'), time('iat')];
  if (expires === undefined && notBefore === undefined && issued === undefined) {
    throw refuse('no issued at (iat), not before (nbf), or expiration time (exp) claims in token');
  }
  const started = notBefore ?? issued ?? (expires ?? 0) - leeway(role.notBeforeLeeway);
  const ends = expires ?? (issued ?? started) + leeway(role.expirationLeeway);
  const skew = role.clockSkewLeeway < 0 ? 0 : role.clockSkewLeeway || SKEW;
  if (now > ends + skew) throw refuse('token is expired (exp)');
  if (now < started - skew) throw refuse('token not valid yet (nbf)');
  if (issued !== undefined && now < issued - skew) throw refuse('token issued in the future (iat)');
}

/** 0 is the usual leeway, below 0 is none. */
function leeway(said: number): number {
  return said < 0 ? 0 : said || LEEWAY;
}

/** A token for somebody else is no token for us; one that says whom it is for needs somebody who was told. */
function checkAudience(claim: unknown, bound: readonly string[]): void {
  const audiences = typeof claim === 'string' ? [claim] : Array.isArray(claim) ? claim : [];
  if (audiences.length > 0 && bound.length === 0) {
    throw refuse('audience claim found in JWT but no audiences bound to the role');
  }
  if (bound.length > 0 && !bound.some((one) => audiences.includes(one))) {
    throw refuse('aud claim does not match any bound audience');
  }
}

function checkBound(
  claims: Claims,
  name: string,
  wanted: JwtRole['boundClaims'][string],
  { boundClaimsType }: JwtRole,
): void {
  const value = readClaim(claims, name, name.startsWith('/'));
  if (value === undefined) throw refuse(`claim "${name}" is missing`);
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const matches = given.some((one) =>
    wanted.some((pattern) =>
      boundClaimsType === 'glob' && typeof pattern === 'string' && typeof one === 'string'
        ? globMatches(pattern, one)
        : pattern === one,
    ),
  );
  if (!matches) throw refuse(`claim "${name}" does not match any associated bound claim values`);
}

/** `*` stands for any text, anywhere. Checked piece by piece, so that no pattern can take long. */
function globMatches(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const tail = rest.pop() ?? '';
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  let at = head.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - tail.length;
}

/** A claim by its name, or by a JSON pointer (RFC 6901). */
function readClaim(claims: Claims, name: string, isPointer: boolean): unknown {
  if (!isPointer || !name.startsWith('/')) return Object.hasOwn(claims, name) ? claims[name] : undefined;
  let value: unknown = claims;
  for (const step of name.slice(1).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Claims)[key];
  }
  return value;
}
