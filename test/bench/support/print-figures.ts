import type { Figures } from './load.ts';

/** Prints one measurement beside its floor of the same run. */
export function printFigures(what: string, ours: Figures, floor: Figures): void {
  const share = ours.perSecond / floor.perSecond;
  const byCpu =
    ours.cpu === undefined || floor.cpu === undefined
      ? ''
      : `   by processor time ${(floor.cpu / ours.cpu).toFixed(2)}`;
  process.stdout.write(
    `${what.padEnd(44)} ${line(ours)}\n${'  floor'.padEnd(44)} ${line(floor)}\n${'  share of the floor'.padEnd(44)} ${share.toFixed(2)}${byCpu}\n`,
  );
}

function line({ perSecond, p50, p99, cpu }: Figures): string {
  const rate = `${perSecond.toFixed(0).padStart(7)}/s   p50 ${p50.toFixed(2).padStart(7)} ms   p99 ${p99.toFixed(2).padStart(7)} ms`;
  return cpu === undefined ? rate : `${rate}   ${cpu.toFixed(0).padStart(5)} µs of processor each`;
}
