import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { formatGoDuration } from '../../../shared/model/duration.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { maybe, ttlField } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn } from '../../core/turn.ts';
import { PKI_CONFIGURED } from './pki-changes.ts';
import { readSettings } from './read-settings.ts';
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

/** Where to look, as it was written: `{{issuer_id}}` may stand for the issuer where `isTemplate` says so. */
interface UrlConfig extends CaUrls {
  readonly isTemplate: boolean;
}

const PLACEHOLDER = '{{issuer_id}}';

function readUrlConfig(turn: ReadTurn): UrlConfig {
  return { ...NO_URLS, isTemplate: false, ...readSettings<UrlConfig>(turn, 'urls') };
}

/** What stands about where to look in new certificates that an issuer signs. */
export function readUrls(turn: ReadTurn, issuerId: string): CaUrls {
  const config = readUrlConfig(turn);
  if (!config.isTemplate) return config;
  const fill = (list: readonly string[]) => list.map((url) => url.replaceAll(PLACEHOLDER, issuerId));
  return {
    issuingCertificates: fill(config.issuingCertificates),
    crlDistributionPoints: fill(config.crlDistributionPoints),
    ocspServers: fill(config.ocspServers),
  };
}

/** Whether certificates name a place for lists of revoked ones that is another issuer's after a rotation. */
export function pointsAtDefaultList(turn: ReadTurn): boolean {
  const { crlDistributionPoints, isTemplate } = readUrlConfig(turn);
  return crlDistributionPoints.some((url) => !isTemplate || !url.includes(PLACEHOLDER));
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
  help: 'Where clients find the CA certificate and its list of revoked ones: written into every new certificate. With enable_templating {{issuer_id}} stands for its issuer.',
  operations: {
    read: handler({
      input: z.object({}),
      decide: (turn): Decision => ({ kind: 'reply', reply: { data: showUrls(readUrlConfig(turn)) } }),
    }),
    update: handler({
      input: z.object({
        issuing_certificates: urls,
        crl_distribution_points: urls,
        ocsp_servers: urls,
        enable_templating: maybe(looseBoolean),
      }),
      decide(turn, input): Decision {
        const before = readUrlConfig(turn);
        const settings = {
          isTemplate: input.enable_templating ?? before.isTemplate,
          issuingCertificates: input.issuing_certificates ?? before.issuingCertificates,
          crlDistributionPoints: input.crl_distribution_points ?? before.crlDistributionPoints,
          ocspServers: input.ocsp_servers ?? before.ocspServers,
        };
        checkTemplates(settings);
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

/** Throws `invalid-request` for a placeholder that nobody would fill. */
function checkTemplates(config: UrlConfig): void {
  const all = [...config.issuingCertificates, ...config.crlDistributionPoints, ...config.ocspServers];
  const wrong = all.find((url) => (config.isTemplate ? url.replaceAll(PLACEHOLDER, '') : url).includes('{{'));
  if (wrong === undefined) return;
  throw new KeywardenError(
    'invalid-request',
    `${wrong} holds a template: with enable_templating {{issuer_id}} is filled in, and nothing else`,
  );
}

function showUrls(settings: UrlConfig): Record<string, unknown> {
  return {
    issuing_certificates: settings.issuingCertificates,
    crl_distribution_points: settings.crlDistributionPoints,
    ocsp_servers: settings.ocspServers,
    enable_templating: settings.isTemplate,
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
