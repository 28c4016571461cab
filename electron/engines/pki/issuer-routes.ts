import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean, looseTextList } from '../../../shared/model/loose-field.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe, withDefault } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn, RequestTurn } from '../../core/turn.ts';
import { checkFreeName } from './add-issuer.ts';
import { allIssuers, findIssuer, type Issuer, requireIssuer } from './issuer.ts';
import { chainPems } from './issuer-chain.ts';
import { ISSUER_CHANGED, ISSUER_DELETED } from './issuer-changes.ts';
import { ISSUER_USES, type IssuerSettings } from './issuer-settings.ts';
import { configureIssuers, readIssuersConfig } from './issuers-config.ts';
import { pem } from './x509/read-certificate.ts';

const one = z.object({ issuer_ref: looseText });
const written = z.object({
  issuer_ref: looseText,
  issuer_name: maybe(looseText),
  leaf_not_after_behavior: maybe(
    z.enum(['err', 'truncate'], { error: 'leaf_not_after_behavior must be err or truncate' }),
  ),
  usage: maybe(looseTextList.pipe(z.array(z.enum(ISSUER_USES)))),
  // Refused in words rather than dropped.
  manual_chain: withDefault(looseTextList, [] as string[]),
});

/** `issuers`, without a token as in Vault: their certificates are anybody's to fetch anyway. */
export const issuerListRoute: Route = {
  pattern: 'issuers',
  help: 'Lists the issuers of the mount.',
  unauthenticated: true,
  operations: {
    list: handler({
      input: z.object({}),
      decide(turn): Decision {
        const all = allIssuers(turn);
        if (all.length === 0) throw new KeywardenError('not-found');
        const { default: usual } = readIssuersConfig(turn);
        const info = all.map(({ id, name, keyId, certificate }) => [
          id,
          {
            issuer_name: name,
            is_default: id === usual,
            key_id: keyId,
            serial_number: certificate.serial,
          },
        ]);
        const data = { keys: all.map(({ id }) => id), key_info: Object.fromEntries(info) };
        return { kind: 'reply', unrecorded: true, reply: { data } };
      },
    }),
  },
};

/** `issuer/:ref`: one of them, by its id, its name or `default`. */
export const issuerRoute: Route = {
  pattern: 'issuer/:issuer_ref',
  help: 'One issuer by its id, its name or "default": its certificate, its name, and what it may be used for.',
  operations: {
    read: handler({
      input: one,
      decide: (turn, input): Decision => ({
        kind: 'reply',
        reply: { data: show(turn, existing(turn, input.issuer_ref)) },
      }),
    }),
    update: handler({ input: written, decide: (turn, input) => write(turn, input, 'whole') }),
    patch: handler({ input: written, decide: (turn, input) => write(turn, input, 'part') }),
    delete: handler({
      input: one,
      decide(turn, input): Decision {
        const issuer = findIssuer(turn, input.issuer_ref);
        if (!issuer) return { kind: 'reply', reply: {} };
        const config = readIssuersConfig(turn);
        const wasDefault = config.default === issuer.id;
        return {
          kind: 'reply',
          changes: [
            ISSUER_DELETED.make({ mount: turn.mount.uuid, id: issuer.id }),
            ...(wasDefault ? [configureIssuers(turn, { ...config, default: '' })] : []),
          ],
          reply: wasDefault
            ? {
                warnings: [
                  `Deleted issuer ${issuer.id}, which was the default one: choose another in config/issuers.`,
                ],
              }
            : {},
        };
      },
    }),
  },
};

/** `config/issuers`, `root/replace`: which issuer is meant where none is named. */
export const issuersConfigRoutes: readonly Route[] = [
  {
    pattern: 'config/issuers',
    help: 'Which issuer signs where none is named, and whether that is always the latest.',
    operations: {
      read: handler({
        input: z.object({}),
        decide: (turn): Decision => ({ kind: 'reply', reply: { data: showConfig(turn) } }),
      }),
      update: handler({
        input: z.object({ default: maybe(looseText), default_follows_latest_issuer: maybe(looseBoolean) }),
        decide(turn, input): Decision {
          const before = readIssuersConfig(turn);
          const usual = input.default === undefined ? before.default : requireIssuer(turn, input.default).id;
          const followsLatest = input.default_follows_latest_issuer ?? before.followsLatest;
          const changed = configureIssuers(turn, { default: usual, followsLatest });
          const data = { default: usual, default_follows_latest_issuer: followsLatest };
          return { kind: 'reply', changes: [changed], reply: { data } };
        },
      }),
    },
  },
  {
    pattern: 'root/replace',
    help: 'Makes another issuer the default one: the one that is called "next", or that is named.',
    operations: {
      update: handler({
        input: z.object({ default: withDefault(looseText, 'next') }),
        decide(turn, input): Decision {
          const config = readIssuersConfig(turn);
          const { id } = requireIssuer(turn, input.default);
          const changed = configureIssuers(turn, { ...config, default: id });
          const data = { default: id, default_follows_latest_issuer: config.followsLatest };
          return { kind: 'reply', changes: [changed], reply: { data } };
        },
      }),
    },
  },
];

function existing(turn: ReadTurn, ref: string): Issuer {
  const issuer = findIssuer(turn, ref);
  if (!issuer) throw new KeywardenError('not-found');
  return issuer;
}

function write(turn: RequestTurn, input: z.output<typeof written>, how: 'whole' | 'part'): Decision {
  const issuer = existing(turn, input.issuer_ref);
  if (input.manual_chain.length > 0) {
    throw new KeywardenError(
      'invalid-request',
      'manual_chain is not supported: chains are found by themselves',
    );
  }
  const name = input.issuer_name ?? (how === 'part' ? issuer.name : '');
  checkFreeName(turn, name, 'issuer', issuer.id);
  const { usage, leafNotAfter, ...kept } = issuer.settings;
  const before = how === 'part' ? { usage, leafNotAfter } : {};
  const said = { ...before, ...present({ usage: input.usage, leafNotAfter: input.leaf_not_after_behavior }) };
  const settings: IssuerSettings = { ...kept, ...present(said) };
  const changed = ISSUER_CHANGED.make({ mount: turn.mount.uuid, id: issuer.id, name, settings });
  return {
    kind: 'reply',
    changes: [changed],
    reply: { data: show(turn, { ...issuer, name, settings }) },
  };
}

function present<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function show(turn: ReadTurn, issuer: Issuer): Record<string, unknown> {
  const { settings, certificate } = issuer;
  return {
    issuer_id: issuer.id,
    issuer_name: issuer.name,
    key_id: issuer.keyId,
    certificate: pem('CERTIFICATE', certificate.der),
    ca_chain: chainPems(issuer, allIssuers(turn), turn.now),
    manual_chain: null,
    leaf_not_after_behavior: settings.leafNotAfter ?? 'err',
    usage: (settings.usage ?? ISSUER_USES).join(','),
    revoked: false,
    issuing_certificates: [],
    crl_distribution_points: [],
    ocsp_servers: [],
    retiring: settings.isRetiring ?? false,
  };
}

function showConfig(turn: ReadTurn): Record<string, unknown> {
  const config = readIssuersConfig(turn);
  return { default: config.default, default_follows_latest_issuer: config.followsLatest };
}
