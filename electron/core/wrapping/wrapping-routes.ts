import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Envelope } from '../../../shared/model/envelope.ts';
import type { Change } from '../../vault/change.ts';
import type { CoreServices } from '../core-services.ts';
import type { Decision, RefuseDecision, ReplyDecision } from '../decision.ts';
import { looseText, maybe } from '../fields.ts';
import { formatInstant } from '../format-instant.ts';
import { handler, type Route } from '../route.ts';
import { revokeTokens } from '../tokens/revoke-tokens.ts';
import { findToken, isAlive } from '../tokens/token-rows.ts';
import type { RequestTurn } from '../turn.ts';
import { wrapAnswer, wrappedEnvelope } from './wrap-answer.ts';
import { answerUnwrapped, wrapUsedAgain } from './wrap-changes.ts';
import { findWrap, type WrapRow, wrapContext } from './wrap-rows.ts';

/** So many alarms of one token are recorded one by one: the next ones tell nothing new and must not fill the ledger. */
const MOST_ALARMS = 20;

const shown = z.object({ token: maybe(looseText) });

interface Found {
  readonly wrap: WrapRow;
  readonly json: Uint8Array;
  /** What ends the token. Its value goes with it. */
  readonly changes: readonly Change[];
}

/** `sys/wrapping/…`: whoever has a wrapping token may open it, once. SECURITY: a second try is an alarm in the record. */
export function wrappingRoutes({ cache }: Pick<CoreServices, 'cache'>): readonly Route[] {
  const wrap = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      if (!turn.isWrapped) {
        throw new KeywardenError('invalid-request', 'endpoint requires response wrapping to be used');
      }
      return { kind: 'reply', reply: { data: turn.data } };
    },
  });

  const unwrap = handler({
    input: shown,
    decide: (turn, { token }): Decision =>
      open(turn, token, ({ json, changes }) => {
        const verbatim = JSON.parse(new TextDecoder().decode(json)) as Envelope;
        return { kind: 'reply', changes, reply: { verbatim } };
      }),
  });

  const rewrap = handler({
    input: shown,
    decide: (turn, { token }): Decision =>
      open(turn, token, ({ wrap: { creation_path, ttl, wrapped_accessor }, json, changes }) => {
        const mount = cache.mounts(turn.db).at('auth/token/');
        if (!mount) throw new KeywardenError('internal');
        const again = wrapAnswer(turn, mount, {
          json,
          ttl,
          creationPath: creation_path,
          wrappedAccessor: wrapped_accessor ?? undefined,
        });
        const verbatim = wrappedEnvelope(again.info);
        return { kind: 'reply', changes: [...changes, ...again.changes], reply: { verbatim } };
      }),
  });

  const lookup = handler({
    input: shown,
    decide(turn, { token }): ReplyDecision {
      const found = find(turn, token);
      if (found?.state !== 'waiting' || !isLiving(turn, found.hash))
        throw new KeywardenError('wrapping-invalid');
      const data = {
        creation_path: found.creation_path,
        creation_time: formatInstant(found.creation_time),
        creation_ttl: found.ttl,
      };
      return { kind: 'reply', reply: { data } };
    },
  });

  const all = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      const wraps = turn.db
        .all<WrapRow>('SELECT * FROM wraps ORDER BY creation_time DESC')
        .map(({ hash: _hash, value: _value, ended_at, creation_time, ...rest }) => ({
          ...rest,
          creation_time: formatInstant(creation_time),
          ended_time: ended_at === null ? null : formatInstant(ended_at),
        }));
      return { kind: 'reply', reply: { data: { wraps } } };
    },
  });

  return [
    {
      pattern: 'wrapping/wrap',
      help: 'Puts what is sent into a token of one use.',
      operations: { update: wrap },
    },
    {
      pattern: 'wrapping/unwrap',
      help: 'Takes out what a wrapping token holds, once.',
      optionalToken: true,
      operations: { update: unwrap },
    },
    {
      pattern: 'wrapping/rewrap',
      help: 'Puts what a wrapping token holds into a new one.',
      optionalToken: true,
      operations: { update: rewrap },
    },
    {
      pattern: 'wrapping/lookup',
      help: 'Tells what path a wrapping token was made for and when, without using it up.',
      unauthenticated: true,
      operations: { read: lookup, update: lookup },
    },
    {
      pattern: 'internal/wraps',
      help: 'Lists the wrapping tokens and which of them were used twice, for the desktop.',
      sudo: true,
      operations: { read: all },
    },
  ];
}

function find(turn: RequestTurn, token: string | undefined): WrapRow | undefined {
  const hash = token === undefined || token === '' ? turn.presentedHash() : turn.keyedHash(token);
  return hash === undefined ? undefined : findWrap(turn.db, hash);
}

/** Takes the answer out of its token, or says who came too late. */
function open(
  turn: RequestTurn,
  token: string | undefined,
  decide: (found: Found) => ReplyDecision,
): ReplyDecision | RefuseDecision {
  // What came out would be in the hands of whoever carries the answer, in plain or in a token that nobody asked for.
  if (turn.isWrapped)
    throw new KeywardenError('invalid-request', 'what is unwrapped cannot be wrapped: use rewrap');
  const wrap = find(turn, token);
  if (!wrap) throw new KeywardenError('wrapping-invalid');
  const { hash, accessor, creation_path: creationPath, state } = wrap;
  if (state !== 'waiting' || wrap.value === null) return usedAgain(wrap);
  if (!isLiving(turn, hash)) throw new KeywardenError('wrapping-invalid');
  const json = turn.revealValue(wrap.value, wrapContext(hash));
  const changes: Change[] = [answerUnwrapped.make({ hash, accessor, creationPath })];
  // Where the wrapping token itself asks, this is its last use, and it ends as every token does then.
  if (turn.identity?.tokenHash !== hash)
    changes.push(...revokeTokens(turn.db, [hash], 'spent', turn.requestId));
  return decide({ wrap, json, changes });
}

/** A token that expired in peace is no alarm: only one that somebody has used. */
function usedAgain({
  hash,
  accessor,
  creation_path: creationPath,
  state,
  second_uses: uses,
}: WrapRow): RefuseDecision {
  const isAlarm = (state === 'opened' || state === 'spent') && uses < MOST_ALARMS;
  const changes = isAlarm ? [wrapUsedAgain.make({ hash, accessor, creationPath, state })] : [];
  return { kind: 'refuse', error: new KeywardenError('wrapping-invalid'), changes };
}

function isLiving(turn: RequestTurn, hash: string): boolean {
  const token = findToken(turn.db, hash);
  return token !== undefined && isAlive(token, turn.now);
}
