import { describe, expect, it } from 'vitest';
import { isTrustedSender, type SenderEvent } from '../../../electron/ipc/sender.ts';

const registered = new Set([7]);
const frame = (url: string, parent: unknown = null) => ({ url, parent });

describe('SECURITY(I2) a message is heard only from a registered window’s top frame of exactly our origin', () => {
  const cases: readonly [string, SenderEvent, boolean][] = [
    ['our page', { sender: { id: 7 }, senderFrame: frame('app://keywarden/') }, true],
    [
      'our page at a place of its own',
      { sender: { id: 7 }, senderFrame: frame('app://keywarden/#/x') },
      true,
    ],
    ['another webContents', { sender: { id: 8 }, senderFrame: frame('app://keywarden/') }, false],
    ['a frame that is gone', { sender: { id: 7 }, senderFrame: null }, false],
    ['a frame inside', { sender: { id: 7 }, senderFrame: frame('app://keywarden/', {}) }, false],
    ['another host', { sender: { id: 7 }, senderFrame: frame('app://keywarden.evil/') }, false],
    ['a host that ends in ours', { sender: { id: 7 }, senderFrame: frame('app://evil.keywarden/') }, false],
    ['another port', { sender: { id: 7 }, senderFrame: frame('app://keywarden:1/') }, false],
    ['a user in front', { sender: { id: 7 }, senderFrame: frame('app://keywarden@evil/') }, false],
    ['a user before our host', { sender: { id: 7 }, senderFrame: frame('app://evil@keywarden/') }, false],
    ['another scheme', { sender: { id: 7 }, senderFrame: frame('https://keywarden/') }, false],
    ['a file', { sender: { id: 7 }, senderFrame: frame('file:///app/index.html') }, false],
    ['a blank page', { sender: { id: 7 }, senderFrame: frame('about:blank') }, false],
    ['no address', { sender: { id: 7 }, senderFrame: frame('') }, false],
  ];
  it.each(cases)('%s', (_name, event, trusted) => {
    expect(isTrustedSender(event, registered)).toBe(trusted);
  });
});
