import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { looseTextList } from '../../../../shared/model/loose-field.ts';
import { looseText, maybe, ttlField, withDefault } from '../../../core/fields.ts';
import type { Route } from '../../../core/route.ts';
import type { RequestTurn } from '../../../core/turn.ts';
import { kv2Handler } from '../kv2-handler.ts';
import { findHook, type Hook, hookNames, KV_HOOK_REMOVED, KV_HOOK_WRITTEN } from './hook-rows.ts';
import { orJsonText } from './json-text.ts';

const LOOPBACK = /^(localhost|127(?:\.\d+){3}|\[::1\])$/;
/** Seconds. */
const TIMEOUT = { usual: 30, most: 600 };

const name = z
  .string()
  .regex(/^[\w.-]{1,128}$/, 'a name may hold letters, digits, dots, dashes and underscores');
const fields = z.object({
  name,
  program: maybe(looseText),
  /** A list, or that as JSON: an argument may hold commas. */
  args: withDefault(orJsonText(z.array(z.string())), []),
  url: maybe(looseText),
  ca: withDefault(looseText, ''),
  allowed_secrets: withDefault(looseTextList, []),
  timeout: withDefault(ttlField, TIMEOUT.usual),
});

/** `rotation-hooks`: which there are. */
export const hookListRoute: Route = {
  pattern: 'rotation-hooks',
  sudo: true,
  help: 'Lists the hooks that bring a new value to where it is used.',
  operations: {
    list: kv2Handler(z.object({}), (turn) => {
      const keys = hookNames(turn.db, turn.mount.uuid);
      if (keys.length === 0) throw new KeywardenError('not-found');
      return { kind: 'reply', reply: { data: { keys } } };
    }),
  },
};

/**
 * `rotation-hooks/:name`, ours: a program or an address that makes a target take a new value, and for which secrets.
 * Only with sudo: what stands here is run, or told secrets.
 */
export const hookRoute: Route = {
  pattern: 'rotation-hooks/:name',
  help: 'A program or an address that rotations of secrets use, by name.',
  sudo: true,
  operations: {
    read: kv2Handler(z.object({ name }), (turn, input) => {
      const hook = findHook(turn.db, turn.mount.uuid, input.name);
      if (!hook) throw new KeywardenError('not-found');
      return { kind: 'reply', reply: { data: show(hook) } };
    }),
    update: kv2Handler(fields, (turn, input) => ({
      kind: 'reply',
      changes: [KV_HOOK_WRITTEN.make({ ...at(turn, input.name), hook: readHook(input) })],
      reply: {},
    })),
    delete: kv2Handler(z.object({ name }), (turn, input) => ({
      kind: 'reply',
      changes: [KV_HOOK_REMOVED.make(at(turn, input.name))],
      reply: {},
    })),
  },
};

function readHook(input: z.output<typeof fields>): Hook {
  const reach = {
    allowedSecrets: input.allowed_secrets,
    timeout: Math.min(input.timeout || 1, TIMEOUT.most),
  };
  if ((input.program === undefined) === (input.url === undefined)) {
    throw refused('a hook has a program or a url');
  }
  if (input.program !== undefined) {
    if (!isAbsolute(input.program)) throw refused('program must be an absolute path');
    if ([input.program, ...input.args].some((text) => text.includes('\0')))
      throw refused('program has a NUL in it');
    return { ...reach, kind: 'program', program: input.program, args: input.args };
  }
  const url = parseUrl(input.url ?? '');
  // SECURITY(R1): a value leaves this machine over TLS alone.
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!url || !isSafe) throw refused('url must begin with https://, or with http:// on this machine itself');
  if (url.username !== '' || url.password !== '') throw refused('url may hold no credentials');
  return { ...reach, kind: 'http', url: url.href, ca: input.ca };
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function show(hook: Hook): Record<string, unknown> {
  const { kind, timeout, allowedSecrets } = hook;
  const rest =
    hook.kind === 'program' ? { program: hook.program, args: hook.args } : { url: hook.url, ca: hook.ca };
  return { kind, timeout, allowed_secrets: allowedSecrets, ...rest };
}

function at(turn: RequestTurn, hook: string) {
  return { mount: turn.mount.uuid, name: hook };
}

function refused(words: string): KeywardenError {
  return new KeywardenError('invalid-request', words);
}
