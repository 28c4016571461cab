import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseTextList } from '../../../shared/model/loose-field.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, withDefault } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import { findJwtConfig, jwtConfigured } from './jwt-rows.ts';
import { JWT_ALGORITHMS, readPublicKey } from './verify-jwt.ts';

/** PEM holds no commas, but lines: a text is one key, or several one after another. */
const pemList = z
  .union([z.array(z.string()), z.string().transform((text) => (text === '' ? [] : [text]))])
  .transform((texts) =>
    texts.flatMap((text) => text.match(/-----BEGIN [^-]+-----[\s\S]*?-----END [^-]+-----/g) ?? [text]),
  );

const written = z.object({
  jwt_validation_pubkeys: withDefault(pemList, []),
  jwks_url: withDefault(looseText, ''),
  jwks_ca_pem: withDefault(looseText, ''),
  oidc_discovery_url: withDefault(looseText, ''),
  bound_issuer: withDefault(looseText, ''),
  jwt_supported_algs: withDefault(looseTextList, []),
  default_role: withDefault(looseText, ''),
});

/** `config`: whose signatures are believed. Written as a whole, as in Vault. */
export const jwtConfigRoute: Route = {
  pattern: 'config',
  help: 'Reads or sets whose signatures are believed.',
  operations: {
    update: handler({
      input: written,
      decide(turn, input): ReplyDecision {
        if (input.oidc_discovery_url !== '') {
          throw new KeywardenError(
            'invalid-request',
            "oidc_discovery_url is not supported: name the provider's keys with jwks_url",
          );
        }
        const ways = [input.jwt_validation_pubkeys.length > 0, input.jwks_url !== ''].filter(Boolean);
        if (ways.length !== 1) {
          throw new KeywardenError(
            'invalid-request',
            "exactly one of 'jwt_validation_pubkeys', 'jwks_url' or 'oidc_discovery_url' must be set",
          );
        }
        for (const pem of input.jwt_validation_pubkeys) readPublicKey(pem);
        if (input.jwks_url !== '') checkUrl(input.jwks_url);
        const unknown = input.jwt_supported_algs.find((name) => !JWT_ALGORITHMS.includes(name));
        if (unknown !== undefined) {
          throw new KeywardenError('invalid-request', `unsupported signing algorithm: ${unknown}`);
        }
        const config = {
          publicKeys: input.jwt_validation_pubkeys,
          jwksUrl: input.jwks_url,
          jwksCaPem: input.jwks_ca_pem,
          boundIssuer: input.bound_issuer,
          supportedAlgs: input.jwt_supported_algs,
          defaultRole: input.default_role,
        };
        return {
          kind: 'reply',
          changes: [jwtConfigured.make({ mount: turn.mount.uuid, config })],
          reply: {},
        };
      },
    }),
    read: handler({
      input: z.object({}),
      decide(turn): ReplyDecision {
        const config = findJwtConfig(turn.db, turn.mount.uuid);
        if (!config) throw new KeywardenError('not-found');
        const data = {
          bound_issuer: config.boundIssuer,
          default_role: config.defaultRole,
          jwks_ca_pem: config.jwksCaPem,
          jwks_url: config.jwksUrl,
          jwt_supported_algs: config.supportedAlgs,
          jwt_validation_pubkeys: config.publicKeys,
          namespace_in_state: true,
          oidc_client_id: '',
          oidc_discovery_ca_pem: '',
          oidc_discovery_url: '',
          oidc_response_mode: '',
          oidc_response_types: [],
          provider_config: {},
        };
        return { kind: 'reply', reply: { data } };
      },
    }),
  },
};

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!isWeb || url?.username || url?.password) {
    throw new KeywardenError('invalid-request', 'jwks_url must be an http or https URL without a password');
  }
}
