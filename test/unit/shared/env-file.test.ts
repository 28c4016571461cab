import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../../shared/model/env-file.ts';

const read = (text: string) =>
  Object.fromEntries(parseEnvFile(text).entries.map(({ name, value }) => [name, value]));

describe('an env file', () => {
  it.each([
    ['A=1', { A: '1' }],
    ['export A = 1 ', { A: '1' }],
    ['A=', { A: '' }],
    ['A=x # why', { A: 'x' }],
    ['A=x#y', { A: 'x#y' }],
    ['A=#y', { A: '#y' }],
    ['A= # nothing yet', { A: '' }],
    ['A=\t# nothing yet', { A: '' }],
    ['A="x # y" # why', { A: 'x # y' }],
    ["A='$x\\n'", { A: '$x\\n' }],
    ['A="x\\n\\"y\\""', { A: 'x\n"y"' }],
    ['A="x\ny"\nB=2', { A: 'x\ny', B: '2' }],
    ['A="x\\\ny\\"z"\nB=2', { A: 'x\ny"z', B: '2' }],
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['A=1\nA=2', { A: '2' }],
    ['MY-KEY=1\nmy.key=2', { 'MY-KEY': '1', 'my.key': '2' }],
    ['\uFEFF# first\n\n  A=1', { A: '1' }],
    ['__proto__=x', JSON.parse('{"__proto__":"x"}')],
  ])('%j is read as the usual tools do', (text, expected) => {
    expect(read(text)).toEqual(expected);
    expect(parseEnvFile(text).problems).toEqual([]);
  });

  it('names the lines that are no assignment, and goes on', () => {
    const { entries, problems } = parseEnvFile('A=1\nwhat is this\nB="never closed\nC=3');
    expect(problems.map(({ line }) => line)).toEqual([2, 3]);
    expect(entries.map(({ name }) => name)).toEqual(['A', 'C']);
  });

  it('is read in no time, however many quotes are never closed', () => {
    const started = performance.now();
    parseEnvFile('A="x\n'.repeat(4001));
    parseEnvFile(`A='${'\n'.repeat(20_000)}`.repeat(3));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
