/** One share of a secret: the value at `x` of one polynomial for each byte. */
export interface SecretShare {
  /** 1 … 255. */
  readonly x: number;
  readonly y: Uint8Array;
}

/**
 * Splits a secret so that any `threshold` of `total` shares give it back, and fewer say nothing about it:
 * Shamir over GF(2^8). FORMAT.md section 10.
 */
export function splitSecret(
  secret: Uint8Array,
  { threshold, total }: { readonly threshold: number; readonly total: number },
  random: (length: number) => Uint8Array,
): readonly SecretShare[] {
  if (!(2 <= threshold && threshold <= total && total <= 255))
    throw new RangeError('no such number of shares');
  // coefficients[d - 1] holds that of x^d for every byte.
  const coefficients = Array.from({ length: threshold - 1 }, () => random(secret.length));
  const shares = Array.from({ length: total }, (_, i) => {
    const x = i + 1;
    const y = secret.map((byte, at) => {
      let value = 0;
      for (let d = coefficients.length - 1; d >= 0; d--)
        value = multiply(value ^ (coefficients[d]?.[at] ?? 0), x);
      return value ^ byte;
    });
    return { x, y };
  });
  for (const coefficient of coefficients) coefficient.fill(0);
  return shares;
}

/** Interpolates at 0. Shares that are too few, false or of different secrets give another secret, never an error. */
export function combineShares(shares: readonly SecretShare[]): Uint8Array {
  const length = shares[0]?.y.length ?? 0;
  if (length === 0 || new Set(shares.map(({ x }) => x)).size !== shares.length) {
    throw new RangeError('shares must be there, each once');
  }
  const secret = new Uint8Array(length);
  for (const share of shares) {
    let weight = 1;
    for (const other of shares) {
      if (other.x !== share.x) weight = multiply(weight, multiply(other.x, inverse(other.x ^ share.x)));
    }
    for (let at = 0; at < length; at++) {
      secret[at] = (secret[at] ?? 0) ^ multiply(share.y[at] ?? 0, weight);
    }
  }
  return secret;
}

/**
 * The product in GF(2^8) with x^8 + x^4 + x^3 + x + 1. Eight equal steps without a table and without a branch on the
 * operands: what it takes does not depend on the secret.
 */
export function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = a;
  for (let bit = 0; bit < 8; bit++) {
    product ^= shifted & -((b >>> bit) & 1);
    shifted = ((shifted << 1) ^ (0x11b & -(shifted >>> 7))) & 0xff;
  }
  return product;
}

/** a^254. */
function inverse(a: number): number {
  let power = a;
  let result = 1;
  for (let i = 0; i < 7; i++) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}
