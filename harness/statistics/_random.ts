/** A source of numbers that are uniform in [0, 1). */
export type Random = () => number;

/**
 * A seeded generator: sfc32 (Doty-Humphrey, PractRand), seeded through splitmix32, with 32 random
 * bits a number.
 */
export function seeded(seed: number): Random {
  let mixer = seed >>> 0;
  const split = (): number => {
    mixer = (mixer + 0x9e3779b9) >>> 0;
    let z = mixer;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, counter] = [split(), split(), split(), 1];
  const next = (): number => {
    const out = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + out) >>> 0;
    return out / 2 ** 32;
  };
  for (let warm = 0; warm < 12; warm++) next();
  return next;
}
