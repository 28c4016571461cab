import { Duplex } from 'node:stream';

/** Two ends of one connection in memory: what is written to one is read from the other. */
export function duplexPair(): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  const makeEnd = (other: number) =>
    new Duplex({
      read() {},
      write(piece, _encoding, done) {
        ends[other]?.push(piece);
        done();
      },
      final(done) {
        ends[other]?.push(null);
        done();
      },
    });
  const pair: [Duplex, Duplex] = [makeEnd(1), makeEnd(0)];
  ends.push(...pair);
  return pair;
}
