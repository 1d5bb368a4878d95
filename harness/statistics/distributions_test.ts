import assert from "node:assert/strict";
import {
  betaCdf,
  betaQuantile,
  logGamma,
  normalCdf,
  normalQuantile,
  studentQuantile,
} from "./_distributions.ts";

function near(actual: number, expected: number, relative = 1e-11): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= relative * Math.abs(expected) || error < 1e-300, `${actual}, not ${expected}`);
}

// Reference values computed with mpmath at 30 digits.

Deno.test("logGamma() agrees with reference values", () => {
  near(logGamma(0.5), 0.5723649429247001);
  near(logGamma(1.5), -0.1207822376352452);
  near(logGamma(7.25), 7.052185450738539);
  near(logGamma(100.5), 361.4355404677776);
  assert.ok(Math.abs(logGamma(1)) < 1e-14);
});

Deno.test("betaCdf() agrees with reference values", () => {
  near(betaCdf(0.1, 2, 3), 0.0523);
  near(betaCdf(0.5, 0.5, 0.5), 0.5);
  near(betaCdf(0.999, 30, 2), 0.9995438962809783);
  near(betaCdf(1e-3, 1, 197), 0.1788903039411663);
  near(betaCdf(0.12, 21, 178), 0.757771738797981);
  near(betaCdf(0.3, 1000, 2400), 0.7748761205918307, 1e-10);
  assert.equal(betaCdf(0, 2, 3), 0);
  assert.equal(betaCdf(1, 2, 3), 1);
});

Deno.test("betaCdf() has the closed form of a power where one parameter is 1", () => {
  for (const x of [1e-6, 0.2, 0.5, 0.9]) {
    for (const a of [0.3, 1, 7, 500]) {
      near(betaCdf(x, a, 1), x ** a);
      near(betaCdf(x, 1, a), -Math.expm1(a * Math.log1p(-x)), 1e-9);
    }
  }
});

Deno.test("betaQuantile() inverts betaCdf()", () => {
  for (const p of [1e-6, 0.025, 0.5, 0.975]) {
    for (const [a, b] of [[0.4, 3], [1, 33], [21, 178], [2000, 3]] as const) {
      near(betaCdf(betaQuantile(p, a, b), a, b), p, 1e-9);
    }
  }
});

Deno.test("normalCdf() and normalQuantile() agree with reference values", () => {
  near(normalCdf(-8), 6.220960574271784e-16);
  near(normalCdf(-3), 0.001349898031630095);
  near(normalCdf(-1), 0.1586552539314571);
  near(normalCdf(0.5), 0.6914624612740131);
  near(normalCdf(1.96), 0.9750021048517796);
  near(normalCdf(4), 0.9999683287581669);
  assert.equal(normalCdf(0), 0.5);
  near(normalQuantile(0.975), 1.959963984540054);
  near(normalQuantile(0.995), 2.5758293035489);
  near(normalQuantile(0.9), 1.281551565544601);
  near(normalQuantile(1e-10), -6.361340902404056);
  assert.ok(Math.abs(normalQuantile(0.5)) < 1e-12);
});

Deno.test("studentQuantile() agrees with reference values", () => {
  near(studentQuantile(0.975, 1), 12.70620473617469);
  near(studentQuantile(0.975, 10), 2.228138851986274);
  near(studentQuantile(0.975, 65), 1.997137908392004);
  near(studentQuantile(0.995, 4), 4.604094871349992);
  near(studentQuantile(0.05, 2.5), -2.558218614135937);
  assert.equal(studentQuantile(0.5, 7), 0);
});
