import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { looseBoolean } from '../../../shared/model/loose-field.ts';
import type { ReplyDecision } from '../decision.ts';
import type { Engine } from '../engine.ts';
import { looseText, withDefault } from '../fields.ts';
import { formatInstant } from '../format-instant.ts';
import { randomBase62, randomSpokenCode } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import { findToken, isAlive, type TokenRow } from '../tokens/token-rows.ts';
import type { RequestTurn } from '../turn.ts';
import {
  desktopLoginChanges,
  desktopLoginMigration,
  type LoginRequestRow,
  loginClosed,
  loginDecided,
  loginRequested,
  openLoginRequests,
} from './desktop-login-rows.ts';

/** Seconds in which somebody must look at the desktop. */
const ANSWER_WITHIN = 120;
/** More than anybody could look at: further ones are turned away until these are answered. */
const WAITING_AT_ONCE = 8;
const IDLE_TTL = 30 * 60;
const LONGEST_TTL = 8 * 3600;
/** 43 letters of base62 are 256 bits. */
const REQUEST_LETTERS = 43;

const shownText = looseText.pipe(z.string().max(200)).transform((text) => text.replace(/\p{C}/gu, ''));

const request = handler({
  input: z.object({ program: withDefault(shownText, ''), origin: withDefault(shownText, '') }),
  decide(turn, input): ReplyDecision {
    if (!hasSession(turn)) {
      throw new KeywardenError('not-available', 'no desktop is unlocked here that could answer');
    }
    const open = openLoginRequests(turn.db, turn.now);
    if (open.length >= WAITING_AT_ONCE) throw new KeywardenError('too-many-requests');
    const secret = randomBase62(REQUEST_LETTERS, turn.random);
    let code = randomSpokenCode(turn.random);
    while (open.some((other) => other.code === code)) code = randomSpokenCode(turn.random);
    const asked = {
      hash: requestHash(turn, secret),
      code,
      program: input.program,
      origin: input.origin,
      expiresAt: turn.now + ANSWER_WITHIN * 1000,
    };
    return {
      kind: 'reply',
      changes: [loginRequested.make(asked)],
      reply: { data: { request: secret, code, expires_in: ANSWER_WITHIN } },
    };
  },
});

const login = handler({
  input: z.object({ request: looseText }),
  decide(turn, input): ReplyDecision {
    const hash = requestHash(turn, input.request);
    const found = openLoginRequests(turn.db, turn.now).find((open) => open.hash === hash);
    if (!found) throw new KeywardenError('login-failed', 'the request is unknown or too old');
    switch (found.decision) {
      case null:
        return { kind: 'reply', reply: { data: { waiting: true } }, unrecorded: true };
      case 'denied':
        throw new KeywardenError('login-failed', 'the desktop said no');
      case 'approved':
        return {
          kind: 'reply',
          changes: [loginClosed.make({ hashes: [hash] })],
          reply: { auth: grant(turn, found) },
        };
      default:
        return found.decision satisfies never;
    }
  },
});

const list = handler({
  input: z.object({}),
  decide(turn): ReplyDecision {
    const requests = openLoginRequests(turn.db, turn.now)
      .filter(({ decision }) => decision === null)
      .map((open) => ({
        code: open.code,
        program: open.program,
        origin: open.origin,
        request_time: formatInstant(open.requestedAt),
        expire_time: formatInstant(open.expiresAt),
      }));
    return { kind: 'reply', reply: { data: { requests, keys: requests.map(({ code }) => code) } } };
  },
});

const decideRequest = handler({
  input: z.object({ code: looseText, approve: looseBoolean }),
  decide(turn, { code, approve }): ReplyDecision {
    const session = turn.identity && findToken(turn.db, turn.identity.tokenHash);
    // Only the desktop answers for its person: a token of its making could else approve the next one.
    if (session?.kind !== 'session') throw new KeywardenError('permission-denied');
    const found = openLoginRequests(turn.db, turn.now).find(
      (open) => open.code === code.toUpperCase() && open.decision === null,
    );
    if (!found) throw new KeywardenError('not-found');
    const decision = approve ? 'approved' : 'denied';
    return {
      kind: 'reply',
      changes: [loginDecided.make({ hash: found.hash, decision, approver: session.hash })],
      reply: {},
    };
  },
});

const routes: readonly Route[] = [
  {
    pattern: 'request',
    help: 'Asks the person at the unlocked desktop for a token, and answers with a code to compare.',
    unauthenticated: true,
    operations: { update: request },
  },
  {
    pattern: 'login',
    help: 'Fetches the token once the person at the desktop has agreed.',
    unauthenticated: true,
    operations: { update: login },
  },
  {
    pattern: 'requests',
    help: 'Lists who waits for an answer of the desktop.',
    operations: { read: list, list },
  },
  {
    pattern: 'decide',
    help: "Gives the desktop's answer to somebody who waits.",
    operations: { update: decideRequest },
  },
];

/** `auth/desktop/`: `kw login` asks, the person at the unlocked desktop compares codes and answers. */
export const desktopLoginEngine: Engine = {
  type: 'desktop',
  isAuth: true,
  changes: desktopLoginChanges,
  migrations: [desktopLoginMigration],
  routes,
};

/** Child of the session: lock, seal and quit end it too. Everything that its person may do, but never root. */
function grant(turn: RequestTurn, { approver, program }: LoginRequestRow) {
  const session = approver === null ? undefined : livingSession(turn, approver);
  if (!session) throw new KeywardenError('login-failed', 'the desktop was locked meanwhile');
  return {
    displayName: 'kw',
    policies: session.policies.filter((name) => name !== 'root'),
    metadata: program === '' ? {} : { program },
    ttl: IDLE_TTL,
    idleTtl: IDLE_TTL,
    maxTtl: LONGEST_TTL,
    explicitMaxTtl: LONGEST_TTL,
    period: 0,
    numUses: 0,
    renewable: true,
    parentHash: session.hash,
    app: 'kw',
  };
}

function livingSession(turn: RequestTurn, hash: string): TokenRow | undefined {
  const token = findToken(turn.db, hash);
  return token?.kind === 'session' && isAlive(token, turn.now) ? token : undefined;
}

function hasSession({ db }: RequestTurn): boolean {
  return db.get("SELECT 1 AS one FROM tokens WHERE kind = 'session' LIMIT 1") !== undefined;
}

function requestHash(turn: RequestTurn, secret: string): string {
  return turn.keyedHash(`desktop-login\n${secret}`);
}
