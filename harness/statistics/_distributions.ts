/** Relative accuracy at which the series and continued fractions below stop. */
const EPSILON = 1e-16;
const TINY = 1e-300;
const MAX_TERMS = 100_000;

// Lanczos approximation with g = 7 and nine terms (Godfrey 2001), accurate to about 1e-15.
const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function, for positive arguments. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const base = z + 7.5;
  let sum = LANCZOS[0] ?? 0;
  for (let term = 1; term < LANCZOS.length; term++) sum += (LANCZOS[term] ?? 0) / (z + term);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(base) - base + Math.log(sum);
}

/**
 * Regularised incomplete beta function I_x(a, b): the distribution function of Beta(a, b).
 * Continued fraction of DLMF 8.17.22, by Lentz's method.
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  // The fraction converges fast on this side of the mean; the other side is its mirror image.
  return x < (a + 1) / (a + b + 2)
    ? Math.min(1, front * betaFraction(x, a, b) / a)
    : Math.max(0, 1 - front * betaFraction(1 - x, b, a) / b);
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - (a + b) * x / (a + 1));
  let value = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 4 * EPSILON) break;
  }
  return value;
}

function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Quantile of Beta(a, b): the x at which its distribution function is `p`. */
export function betaQuantile(p: number, a: number, b: number): number {
  return solve((x) => betaCdf(x, a, b), p, 0, 1);
}

/** Distribution function of the standard normal distribution. */
export function normalCdf(x: number): number {
  const tail = 0.5 * gammaTail(x * x / 2);
  return x < 0 ? tail : 1 - tail;
}

/** Q(1/2, x), the regularised upper incomplete gamma function (DLMF 8.7.1 and 8.9.2). */
function gammaTail(x: number): number {
  if (x === 0) return 1;
  const a = 0.5;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < MAX_TERMS && term > sum * EPSILON; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < MAX_TERMS; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / away(an * d + b);
    c = away(b + an / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 4 * EPSILON) break;
  }
  return front * value;
}

/** Quantile of the standard normal distribution. */
export function normalQuantile(p: number): number {
  // Solved in the lower tail, where the distribution function keeps its relative accuracy.
  return p > 0.5 ? -normalQuantile(1 - p) : solve(normalCdf, p, -40, 0);
}

/** Quantile of Student's t distribution with `df` degrees of freedom, which need not be whole. */
export function studentQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  if (p > 0.5) return -studentQuantile(1 - p, df);
  const x = betaQuantile(2 * p, df / 2, 0.5);
  return -Math.sqrt(df * (1 - x) / x);
}

/** Finds by bisection where an increasing function takes a value, to the last bit. */
function solve(f: (x: number) => number, value: number, from: number, to: number): number {
  let low = from;
  let high = to;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    if (f(middle) < value) low = middle;
    else high = middle;
  }
}
