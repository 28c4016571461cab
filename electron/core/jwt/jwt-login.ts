import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { grantByTerms } from '../auth/token-terms.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, withDefault } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import type { RequestTurn } from '../turn.ts';
import { checkClaims } from './check-claims.ts';
import type { FetchJwks } from './fetch-jwks.ts';
import { findJwtConfig, findJwtRole, type JwtConfig, type JwtRole } from './jwt-rows.ts';
import { isSigned, readJwt, readPublicKey } from './verify-jwt.ts';

const shown = z.object({
  role: withDefault(
    looseText.transform((text) => text.toLowerCase()),
    '',
  ),
  jwt: withDefault(looseText, ''),
});

interface Checked {
  readonly claims: Readonly<Record<string, unknown>>;
  /** With what keys it was checked: they may have been changed meanwhile. */
  readonly config: string;
}

/** A job comes with a token that its platform has signed, and gets one of ours. */
export function jwtLoginRoute(fetchJwks: FetchJwks): Route {
  const login = handler<z.infer<typeof shown>, Checked, JwtConfig>({
    input: shown,
    // SECURITY(B2): a role that is guessed at meets a growing delay.
    guessable: ({ role }) => role,
    look(turn, input) {
      const { config } = requireRole(turn, input.role);
      if (input.jwt === '') throw new KeywardenError('invalid-request', 'missing token');
      return config;
    },
    async prepare({ jwt: text }, { seen: config }) {
      const jwt = readJwt(text);
      // What was meant for RS256 alone must not be asked for more (RFC 8725, section 3.1).
      if (config.supportedAlgs.length > 0 && !config.supportedAlgs.includes(jwt.algorithm)) {
        throw new KeywardenError(
          'login-failed',
          'error verifying token: its algorithm is not supported here',
        );
      }
      const keys =
        config.jwksUrl === ''
          ? config.publicKeys.map((pem) => ({ key: readPublicKey(pem) }))
          : await fetchJwks({ url: config.jwksUrl, caPem: config.jwksCaPem }, jwt.keyId);
      if (!isSigned(jwt, keys)) {
        throw new KeywardenError(
          'login-failed',
          'error validating token: no known key successfully validated it',
        );
      }
      return { claims: jwt.claims, config: JSON.stringify(config) };
    },
    decide(turn, input, checked): ReplyDecision {
      const { name, role, config } = requireRole(turn, input.role);
      if (JSON.stringify(config) !== checked.config) throw new KeywardenError('login-failed');
      const { user, metadata } = checkClaims(checked.claims, config, role, turn.now);
      const auth = grantByTerms(role.terms, turn.remoteAddress, {
        displayName: `${turn.mount.path.replace(/^auth\//, '').replace(/\/$/, '')}-${user}`.slice(0, 200),
        metadata: { ...metadata, role: name },
        alias: { name: user, metadata },
      });
      return { kind: 'reply', reply: { auth } };
    },
  });
  return {
    pattern: 'login',
    help: 'Logs in with a token that another platform has signed, and answers with one of ours.',
    unauthenticated: true,
    operations: { update: login },
  };
}

function requireRole(
  turn: RequestTurn,
  wanted: string,
): { readonly name: string; readonly role: JwtRole; readonly config: JwtConfig } {
  const config = findJwtConfig(turn.db, turn.mount.uuid);
  if (!config) throw new KeywardenError('invalid-request', 'could not load configuration');
  const name = wanted || config.defaultRole.toLowerCase();
  if (name === '') throw new KeywardenError('invalid-request', 'missing role');
  const role = findJwtRole(turn.db, turn.mount.uuid, name);
  if (!role) throw new KeywardenError('login-failed', `role "${name}" could not be found`);
  if (role.roleType !== 'jwt')
    throw new KeywardenError('invalid-request', 'role with oidc role_type is not allowed');
  return { name, role, config };
}
