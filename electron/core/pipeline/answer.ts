import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Change } from '../../vault/change.ts';
import type { Turn } from '../../vault/vault.ts';
import type { CoreServices } from '../core-services.ts';
import type { Reply, ReplyDecision } from '../engine.ts';
import type { CoreResponse } from '../request.ts';
import { countUse, endSpentToken } from '../tokens/count-use.ts';
import { type MadeToken, makeToken } from '../tokens/make-token.ts';
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
  services: Pick<CoreServices, 'ports'>,
  turn: Turn,
  asked: Asked,
  admitted: Admitted,
  decision: ReplyDecision,
  more: { readonly used?: true; readonly lease?: Reply['lease']; readonly warnings?: readonly string[] } = {},
): PlannedAnswer {
  const { token } = admitted;
  const { reply } = decision;
  const made = reply.auth && grantToken(services, turn, asked, admitted, reply);
  const decided = [...(decision.changes ?? []), ...(made ? [made.change] : [])];
  const usage = token && !more.used ? countUse(token, turn.now) : [];
  const spent = endSpentToken(turn.db, token, asked.requestId);
  // A poll that tells nothing is worth a record only where it costs the token one of its uses.
  const isSilent = decision.unrecorded === true && decided.length === 0 && (token?.usesLeft ?? 0) <= 0;
  return {
    kind: 'answered',
    response: toResponse(reply.aboutAsker ? withOwnId(asked, reply) : reply, {
      requestId: asked.requestId,
      auth: made?.auth ?? renewedAuth(asked, admitted, reply),
      warnings: [...(made?.warnings ?? []), ...(more.warnings ?? [])],
      lease: more.lease,
    }),
    afterwards: decision.afterwards && (() => decision.afterwards?.()),
    record(current) {
      const changes: readonly Change[] = [...usage, ...decided, ...spent];
      if (!isSilent) recordRequest(current, asked, token ?? made?.row, 'ok', changes);
    },
  };
}

function grantToken(
  { ports }: Pick<CoreServices, 'ports'>,
  turn: Turn,
  asked: Asked,
  { mount }: Admitted,
  { auth }: Reply,
): MadeToken | undefined {
  if (!auth) return undefined;
  if (mount.type !== 'token' && auth.policies.some((name) => name.trim().toLowerCase() === 'root')) {
    throw new KeywardenError('invalid-request', 'auth methods cannot create root tokens');
  }
  return makeToken({ now: turn.now, random: ports.random, keyedHash: (text) => turn.keyedHash(text) }, auth, {
    mount,
    path: asked.request.path,
  });
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
