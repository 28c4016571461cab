import { describe, expect, it } from 'vitest';
import { allHandlers } from '../../../electron/ipc/handlers/all-handlers.ts';
import { type Handlers, type InvokeDoor, installRouter } from '../../../electron/ipc/router.ts';
import { isTrustedSender, type SenderEvent } from '../../../electron/ipc/sender.ts';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { CHANNELS, type Channel, INVOKE_PREFIX } from '../../../shared/ipc/channels.ts';
import { CONTRACT } from '../../../shared/ipc/contract.ts';
import type { IpcReply } from '../../../shared/ipc/reply.ts';
import { IPC_SAMPLES } from '../../support/ipc-samples.ts';

const OUR_WINDOW: SenderEvent = {
  sender: { id: 1 },
  senderFrame: { parent: null, url: 'app://keywarden/' },
};

/** The router over handlers that answer with `answer`, and a log of what reached them. */
function routerOver(answer: (channel: Channel) => unknown) {
  const reached: { channel: Channel; input: unknown }[] = [];
  const logged: unknown[] = [];
  const listeners = new Map<string, (event: SenderEvent, ...args: unknown[]) => Promise<unknown>>();
  const door: InvokeDoor = { handle: (channel, listener) => void listeners.set(channel, listener) };
  const handlers = Object.fromEntries(
    CHANNELS.map((channel) => [
      channel,
      (input: unknown) => {
        reached.push({ channel, input });
        return answer(channel);
      },
    ]),
  ) as unknown as Handlers;
  installRouter({
    door,
    isTrusted: (event) => isTrustedSender(event, new Set([1])),
    handlers,
    log: (...line) => void logged.push(line),
  });
  const invoke = (channel: Channel, input: unknown, event = OUR_WINDOW) =>
    listeners.get(INVOKE_PREFIX + channel)?.(event, input) as Promise<IpcReply<unknown>>;
  return { invoke, reached, logged, listeners };
}

/** Every way to put one more key into some object of a value. */
function* withUnknownKeys(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      for (const changed of withUnknownKeys(entry)) yield value.with(index, changed);
    }
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, canary: 'canary' };
    for (const [key, entry] of Object.entries(value)) {
      for (const changed of withUnknownKeys(entry)) yield { ...value, [key]: changed };
    }
  }
}

/** Every way to put something of another type in the place of some leaf, or of the whole. */
function* withWrongTypes(value: unknown): Generator<unknown> {
  yield typeof value === 'number' ? 'text' : 4711;
  yield [];
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      for (const changed of withWrongTypes(entry)) yield value.with(index, changed);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      for (const changed of withWrongTypes(entry)) yield { ...value, [key]: changed };
    }
  }
}

/** The same value with one more key in each of its objects. */
function polluted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(polluted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, polluted(entry)]);
  return { ...Object.fromEntries(entries), canary: 'canary' };
}

describe('SECURITY(I1) every handler is made by the router', () => {
  it('registers exactly the channels of the contract', () => {
    const { listeners } = routerOver(() => undefined);
    expect([...listeners.keys()].sort()).toEqual(CHANNELS.map((channel) => INVOKE_PREFIX + channel).sort());
    expect(Object.keys(CONTRACT).sort()).toEqual([...CHANNELS].sort());
  });

  it('has a handler for each of them', () => {
    const desk = {} as Parameters<typeof allHandlers>[0];
    expect(Object.keys(allHandlers(desk)).sort()).toEqual([...CHANNELS].sort());
  });
});

describe.each(CHANNELS)('SECURITY(I3) %s', (channel) => {
  const { input, output } = IPC_SAMPLES[channel];

  it('takes a good input and gives what it declares', async () => {
    const { invoke, reached } = routerOver(() => output);
    expect(await invoke(channel, input)).toEqual({ ok: true, value: output });
    expect(reached).toEqual([{ channel, input }]);
  });

  it('refuses unknown keys at every depth', async () => {
    const { invoke, reached } = routerOver(() => output);
    const bad = input === undefined ? [{ canary: 'canary' }] : [...withUnknownKeys(input)];
    expect(bad.length).toBeGreaterThan(0);
    for (const one of bad) {
      expect(await invoke(channel, one)).toMatchObject({ ok: false, error: { code: 'invalid-request' } });
    }
    expect(reached).toEqual([]);
  });

  it('refuses wrong types in every place', async () => {
    const { invoke, reached } = routerOver(() => output);
    for (const bad of [...withWrongTypes(input), null]) {
      expect(await invoke(channel, bad), JSON.stringify(bad)).toMatchObject({
        ok: false,
        error: { code: 'invalid-request' },
      });
    }
    expect(reached).toEqual([]);
  });

  it('refuses oversize inputs', async () => {
    const { invoke, reached } = routerOver(() => output);
    const huge = 'x'.repeat(5 * 1024 * 1024);
    const many = Array.from({ length: 30_000 }, () => 1);
    let deep: unknown = 1;
    for (let depth = 0; depth < 40; depth++) deep = [deep];
    for (const oversize of [huge, many, deep]) {
      for (const bad of [oversize, typeof input === 'object' ? { ...input, more: oversize } : [oversize]]) {
        expect(await invoke(channel, bad)).toMatchObject({ ok: false, error: { code: 'body-too-large' } });
      }
    }
    expect(reached).toEqual([]);
  });

  it('strips from its output what it does not declare', async () => {
    const { invoke } = routerOver(() => polluted(output));
    expect(await invoke(channel, input)).toEqual({ ok: true, value: output });
  });

  it('says only that something went wrong when its output does not fit', async () => {
    const { invoke } = routerOver(() => 'not what it declares: a-secret');
    const reply = await invoke(channel, input);
    expect(reply).toEqual({
      ok: false,
      error: { code: 'internal', message: 'Something went wrong inside Keywarden.' },
    });
  });

  it('SECURITY(I2) does not listen to strangers', async () => {
    const { invoke, reached } = routerOver(() => output);
    const stranger = { sender: { id: 2 }, senderFrame: OUR_WINDOW.senderFrame };
    expect(await invoke(channel, input, stranger)).toMatchObject({ error: { code: 'permission-denied' } });
    expect(reached).toEqual([]);
  });
});

describe('SECURITY(I5) what crosses on error', () => {
  it('is the code and the safe sentence of an error of ours, without its cause', async () => {
    const cause = new Error('password=hunter2');
    const { invoke } = routerOver(() => {
      throw new KeywardenError('policy-invalid', 'line 3: unknown capability', { cause });
    });
    expect(await invoke('app.status', undefined)).toEqual({
      ok: false,
      error: { code: 'policy-invalid', message: 'line 3: unknown capability' },
    });
  });

  it('is nothing of anybody else’s error, and neither does the log hold its message', async () => {
    const { invoke, logged } = routerOver(() => {
      throw new TypeError('cannot read hunter2 of undefined');
    });
    const reply = await invoke('app.status', undefined);
    expect(reply).toEqual({
      ok: false,
      error: { code: 'internal', message: 'Something went wrong inside Keywarden.' },
    });
    expect(JSON.stringify([reply, logged])).not.toMatch(/hunter2|\.ts:/);
    expect(JSON.stringify(logged)).toContain('TypeError');
  });

  it('names the field that is wrong, never its value', async () => {
    const { invoke } = routerOver(() => undefined);
    const bad = { name: 'Team', directory: '/v', passphrase: 42_424_242 };
    const reply = await invoke('vault.create', bad);
    expect(reply).toMatchObject({ error: { code: 'invalid-request' } });
    expect(JSON.stringify(reply)).toContain('passphrase');
    expect(JSON.stringify(reply)).not.toContain('42424242');
  });

  it('refuses a message with more than one argument, and what JSON cannot say', async () => {
    const { listeners, reached } = routerOver(() => undefined);
    const listener = listeners.get(`${INVOKE_PREFIX}app.status`);
    expect(await listener?.(OUR_WINDOW, undefined, 'more')).toMatchObject({ ok: false });
    for (const odd of [new Map(), new Uint8Array(4), new Date(0), 1n, () => 1, Object.create(null)]) {
      expect(await listener?.(OUR_WINDOW, odd)).toMatchObject({ error: { code: 'body-too-large' } });
    }
    expect(reached).toEqual([]);
  });
});
