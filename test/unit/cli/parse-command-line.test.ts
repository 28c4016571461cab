import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../electron/cli/commands.ts';
import { parseCommandLine } from '../../../electron/cli/line/parse-command-line.ts';
import type { Surroundings } from '../../../electron/cli/surroundings.ts';

const surroundings: Surroundings = {
  env: {},
  platform: 'linux',
  uid: 1000,
  tmpdir: '/tmp',
  stdin: new PassThrough(),
  stdout: { write: () => true },
  stderr: { write: () => true },
};
const parse = (...argv: string[]) => parseCommandLine(argv, COMMANDS, surroundings);

describe('a command line', () => {
  it('names a command with its options, in any order', () => {
    for (const argv of [
      ['read', 'secret/app', '--json'],
      ['--json', 'read', 'secret/app'],
      ['--address', 'http://localhost:1', '--json', 'read', 'secret/app'],
    ]) {
      const request = parse(...argv);
      expect(request.kind).toBe('run');
      if (request.kind !== 'run') continue;
      expect(request.command.name).toBe('read');
      expect(request.invocation.positionals).toEqual(['secret/app']);
      expect(request.invocation.options['json']).toBe(true);
    }
  });

  it('leaves everything behind -- to the program of kw run', () => {
    const request = parse('run', '-e', 'A=kw://secret/app#a', '--', 'node', '--version', '--', '-e');
    if (request.kind !== 'run') throw new Error('no run');
    expect(request.invocation.program).toEqual(['node', '--version', '--', '-e']);
    expect(request.invocation.options['env']).toEqual(['A=kw://secret/app#a']);
  });

  it('takes what is behind -- as plain words elsewhere', () => {
    const request = parse('write', 'secret/app', '--', '--odd=value');
    if (request.kind !== 'run') throw new Error('no run');
    expect(request.invocation.positionals).toEqual(['secret/app', '--odd=value']);
  });

  it.each([
    ['--help', undefined],
    ['-h', undefined],
    ['read --help', 'read'],
    ['run -h', 'run'],
  ])('asks for help: kw %s', (line, name) => {
    const request = parse(...line.split(' '));
    expect(request).toMatchObject({ kind: 'help' });
    if (request.kind === 'help') expect(request.command?.name).toBe(name);
  });

  it('asks for the version', () => {
    expect(parse('--version')).toEqual({ kind: 'version' });
  });

  it.each([
    [''],
    ['--json'],
    ['nonsense'],
    ['read'],
    ['read a b'],
    ['read secret/app --nonsense'],
    ['read secret/app -nonsense'],
    ['read secret/app --field'],
    ['read secret/app --json=yes'],
    ['status extra'],
    ['run'],
    ['run echo'],
    ['run --'],
    ['login -methods=userpass'],
    ['rotate'],
  ])('refuses wrong usage: kw %s', (line) => {
    expect(() => parse(...line.split(' ').filter(Boolean))).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });

  it('never repeats a value when it complains', () => {
    for (const argv of [
      ['write', 'secret/app', '--password=hunter2'],
      ['write', '--password', 'hunter2'],
      ['read', 'secret/app', '--json=hunter2'],
    ]) {
      expect(() => parse(...argv)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
      );
    }
  });
});
