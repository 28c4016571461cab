import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { formatGoDuration } from '../../../shared/model/duration.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { maybe, ttlField } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn } from '../../core/turn.ts';
import { PKI_CONFIGURED } from './pki-changes.ts';
import type { CaUrls } from './x509/extensions.ts';

/** How lists of revoked certificates are made. */
export interface CrlConfig {
  /** Seconds that a list is good for. */
  readonly expiry: number;
  /** Lists stay empty. */
  readonly disable: boolean;
}

const NO_URLS: CaUrls = { issuingCertificates: [], crlDistributionPoints: [], ocspServers: [] };
const USUAL_CRL: CrlConfig = { expiry: 72 * 3600, disable: false };
const SHORTEST_CRL = 60;
const LONGEST_CRL = 3650 * 86_400;

/** What stands in new certificates about where to look. */
export function readUrls(turn: ReadTurn): CaUrls {
  return { ...NO_URLS, ...readSettings<CaUrls>(turn, 'urls') };
}

export function readCrlConfig(turn: ReadTurn): CrlConfig {
  return { ...USUAL_CRL, ...readSettings<CrlConfig>(turn, 'crl') };
}

const urls = maybe(
  looseTextList.refine(
    (list) => list.every((url) => /^(?:https?|ldap):\/\/[\x21-\x7e]+$/.test(url)),
    'must be URLs',
  ),
);

/** `config/urls` */
export const urlsRoute: Route = {
  pattern: 'config/urls',
  help: 'Where clients find the CA certificate and its list of revoked ones: written into every new certificate.',
  operations: {
    read: handler({
      input: z.object({}),
      decide: (turn): Decision => ({ kind: 'reply', reply: { data: showUrls(readUrls(turn)) } }),
    }),
    update: handler({
      input: z.object({ issuing_certificates: urls, crl_distribution_points: urls, ocsp_servers: urls }),
      decide(turn, input): Decision {
        const before = readUrls(turn);
        const settings = {
          issuingCertificates: input.issuing_certificates ?? before.issuingCertificates,
          crlDistributionPoints: input.crl_distribution_points ?? before.crlDistributionPoints,
          ocspServers: input.ocsp_servers ?? before.ocspServers,
        };
        const changed = PKI_CONFIGURED.make({ mount: turn.mount.uuid, name: 'urls', settings });
        return { kind: 'reply', changes: [changed], reply: { data: showUrls(settings) } };
      },
    }),
  },
};

/** `config/crl` */
export const crlConfigRoute: Route = {
  pattern: 'config/crl',
  help: 'How long a list of revoked certificates is good for. It is made anew when something was revoked, and well before it lapses.',
  operations: {
    read: handler({
      input: z.object({}),
      decide: (turn): Decision => ({ kind: 'reply', reply: { data: showCrl(readCrlConfig(turn)) } }),
    }),
    update: handler({
      input: z.object({ expiry: maybe(ttlField), disable: maybe(looseBoolean) }),
      decide(turn, input): Decision {
        const before = readCrlConfig(turn);
        const settings = { expiry: input.expiry ?? before.expiry, disable: input.disable ?? before.disable };
        if (settings.expiry < SHORTEST_CRL || settings.expiry > LONGEST_CRL) {
          throw new KeywardenError(
            'invalid-request',
            'a list of revoked certificates must be good for a minute at least, and for ten years at most',
          );
        }
        const changed = PKI_CONFIGURED.make({ mount: turn.mount.uuid, name: 'crl', settings });
        return { kind: 'reply', changes: [changed], reply: { data: showCrl(settings) } };
      },
    }),
  },
};

function readSettings<T>({ db, mount }: ReadTurn, name: string): Partial<T> {
  const row = db.get<{ settings: string }>(
    'SELECT settings FROM pki_config WHERE mount = ? AND name = ?',
    mount.uuid,
    name,
  );
  return row ? (JSON.parse(row.settings) as T) : {};
}

function showUrls(settings: CaUrls): Record<string, unknown> {
  return {
    issuing_certificates: settings.issuingCertificates,
    crl_distribution_points: settings.crlDistributionPoints,
    ocsp_servers: settings.ocspServers,
    enable_templating: false,
  };
}

function showCrl({ expiry, disable }: CrlConfig): Record<string, unknown> {
  return {
    expiry: formatGoDuration(expiry),
    disable,
    auto_rebuild: true,
    enable_delta: false,
    ocsp_disable: true,
  };
}
