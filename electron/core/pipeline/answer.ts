import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import type { Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { identityPolicies } from '../identity/identity-rows.ts';
import { recognise } from '../identity/recognise.ts';
import type { Reply } from '../reply.ts';
import type { CoreResponse } from '../request.ts';
import { countUse, endSpentToken } from '../tokens/count-use.ts';
import { type MadeToken, makeToken } from '../tokens/make-token.ts';
import { wrapAnswer, wrappedEnvelope } from '../wrapping/wrap-answer.ts';
import type { Admitted } from './admit.ts';
import type { Asked } from './asked.ts';
import { toResponse } from './envelope.ts';
import { recordRequest } from './record-request.ts';

/** An answer, to be given once its record is durable. */
export interface Answered {
  readonly kind: 'answered';
  readonly response: CoreResponse;
  readonly afterwards: (() => void) | undefined;
}

/** What is about to be recorded and answered. Made ahead of recording, so that whatever throws changes nothing. */
export interface PlannedAnswer extends Answered {
  record(turn: Turn): void;
}

/** Turns a reply into its record and its response; a grant becomes a token here. */
export function planAnswer(
  services: Pick<CoreServices, 'ports' | 'cache'>,
  turn: Turn,
  asked: Asked,
  admitted: Admitted,
  decision: ReplyDecision,
  more: { readonly used?: true; readonly lease?: Reply['lease']; readonly warnings?: readonly string[] } = {},
): PlannedAnswer {
  const { token } = admitted;
  const { reply } = decision;
  const made = reply.auth && grantToken(services, turn, asked, admitted, reply);
  const plain = toResponse(reply.aboutAsker ? withOwnId(asked, reply) : reply, {
    requestId: asked.requestId,
    auth: made?.auth ?? renewedAuth(asked, admitted, reply),
    warnings: [...(made?.warnings ?? []), ...(more.warnings ?? [])],
    lease: more.lease,
  });
  const wrapped = wrapResponse(services, turn, asked, plain);
  const decided = [
    ...(decision.changes ?? []),
    ...(made?.changes ?? []),
    ...(wrapped ? wrapped.changes : []),
  ];
  const usage = token && !more.used ? countUse(token, turn.now) : [];
  const spent = endSpentToken(turn.db, token, asked.requestId, more.used);
  // A poll that tells nothing is worth a record only where it costs the token one of its uses.
  const isSilent = decision.unrecorded === true && decided.length === 0 && (token?.usesLeft ?? 0) <= 0;
  return {
    kind: 'answered',
    response: token ? { ...(wrapped?.response ?? plain), byToken: true } : (wrapped?.response ?? plain),
    afterwards: decision.afterwards && (() => decision.afterwards?.()),
    record(current) {
      const changes: readonly Change[] = [...usage, ...decided, ...spent];
      if (!isSilent) recordRequest(current, asked, token ?? made?.row, 'ok', changes);
    },
  };
}

/** The answer in a token of one use, where that was asked for and there is an answer. */
function wrapResponse(
  { ports, cache }: Pick<CoreServices, 'ports' | 'cache'>,
  turn: Turn,
  { request }: Asked,
  { status, envelope }: CoreResponse,
): { readonly response: CoreResponse; readonly changes: readonly Change[] } | undefined {
  if (request.wrapTtl === undefined || status !== 200 || envelope === null) return undefined;
  const mount = cache.mounts(turn.db).at('auth/token/');
  if (!mount) throw new KeywardenError('internal');
  const { changes, info } = wrapAnswer(
    {
      now: turn.now,
      random: ports.random,
      keyedHash: (text) => turn.keyedHash(text),
      sealValue: (plaintext, context) => turn.sealValue(plaintext, context),
    },
    mount,
    {
      json: new TextEncoder().encode(JSON.stringify(envelope)),
      ttl: request.wrapTtl,
      creationPath: request.path,
      wrappedAccessor: envelope.auth?.accessor,
    },
  );
  return { response: { status: 200, envelope: wrappedEnvelope(info) }, changes };
}

/** A grant becomes a token here; whoever logged in is recognised, or becomes known. */
function grantToken(
  { ports }: Pick<CoreServices, 'ports'>,
  turn: Turn,
  asked: Asked,
  { mount }: Admitted,
  { auth }: Reply,
): (MadeToken & { readonly changes: readonly Change[] }) | undefined {
  if (!auth) return undefined;
  if (mount.type !== 'token' && auth.policies.some((name) => name.trim().toLowerCase() === 'root')) {
    throw new KeywardenError('invalid-request', 'auth methods cannot create root tokens');
  }
  const { db, now } = turn;
  const { random } = ports;
  const known = auth.alias && recognise({ db, now, random }, mount, auth.alias);
  const entity = known?.entity ?? auth.entity;
  const made = makeToken(
    { now, random, keyedHash: (text) => turn.keyedHash(text) },
    {
      ...auth,
      ...(entity === undefined ? {} : { entity, identityPolicies: identityPolicies(db, entity) }),
    },
    { mount, path: asked.request.path },
  );
  return { ...made, changes: [...(known?.changes ?? []), made.change] };
}

function withOwnId({ request }: Asked, reply: Reply): Reply {
  const id = request.credential.kind === 'token' ? request.credential.token : '';
  return { ...reply, data: { ...reply.data, id } };
}

/** The asker is shown its own token again; another's it never had. */
function renewedAuth({ request }: Asked, { token }: Admitted, { renewed }: Reply) {
  if (!renewed || request.credential.kind !== 'token' || renewed.accessor !== token?.accessor) return renewed;
  return { ...renewed, client_token: request.credential.token };
}
