/** Chance that can be had again: the same seed throws the same dice. */
export interface Dice {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  oneOf<T>(choices: readonly T[]): T;
  bytes(length: number): Buffer;
  /** The text with a few of its characters lost, doubled, changed or moved. */
  damage(text: string): string;
}

/** mulberry32. */
export function throwDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const dice: Dice = {
    below: (limit) => Math.floor(next() * limit),
    oneOf: (choices) => choices[dice.below(choices.length)] as never,
    bytes: (length) => Buffer.from(Array.from({ length }, () => dice.below(256))),
    damage(text) {
      let damaged = text;
      for (let blow = dice.below(4); blow >= 0; blow -= 1) {
        const at = dice.below(damaged.length + 1);
        const [head, tail] = [damaged.slice(0, at), damaged.slice(at)];
        switch (dice.below(5)) {
          case 0:
            damaged = head + tail.slice(1);
            break;
          case 1:
            damaged = head + head.slice(-dice.below(20) - 1) + tail;
            break;
          case 2:
            damaged = head + dice.bytes(1 + dice.below(3)).toString('latin1') + tail;
            break;
          case 3:
            damaged = tail + head;
            break;
          default:
            damaged =
              head +
              dice.oneOf(['\0', '"', '{', '[', '%', '%00', '..', '\r\n', '\u2028', '1e999', '-', '/']) +
              tail;
        }
      }
      return damaged;
    },
  };
  return dice;
}
