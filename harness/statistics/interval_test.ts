import assert from "node:assert/strict";
import { clopperPearson, type Interval, wilson } from "./interval.ts";

function shows(interval: Interval, low: string, high: string): void {
  const digits = low.split(".")[1]?.length ?? 0;
  assert.equal(interval.low.toFixed(digits), low);
  assert.equal(interval.high.toFixed(digits), high);
}

Deno.test("wilson() gives published intervals", () => {
  shows(wilson(20, 198), "0.066", "0.151");
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  shows(wilson(81, 263), "0.2553", "0.3662");
  shows(wilson(15, 148), "0.0624", "0.1605");
  shows(wilson(0, 20), "0.0000", "0.1611");
  shows(wilson(1, 29), "0.0061", "0.1718");
});

Deno.test("clopperPearson() gives published intervals", () => {
  shows(clopperPearson(0, 33), "0.000", "0.106");
  shows(clopperPearson(0, 198), "0.0000", "0.0185");
  shows(clopperPearson(198, 198), "0.98154177", "1.00000000");
  shows(clopperPearson(20, 198), "0.06279867", "0.15168665");
  shows(clopperPearson(1, 10), "0.00252858", "0.44501612");
  shows(clopperPearson(3, 66), "0.00947374", "0.12714251");
  // Newcombe, table I, method 5.
  shows(clopperPearson(81, 263), "0.2527", "0.3676");
  shows(clopperPearson(15, 148), "0.0578", "0.1617");
});

for (const interval of [wilson, clopperPearson]) {
  Deno.test(`${interval.name}() holds the estimate, mirrors failures, and widens with the level`, () => {
    for (const trials of [1, 2, 7, 50]) {
      for (let successes = 0; successes <= trials; successes++) {
        const { low, high } = interval(successes, trials);
        const estimate = successes / trials;
        assert.ok(0 <= low && low <= estimate && estimate <= high && high <= 1);
        const mirror = interval(trials - successes, trials);
        assert.ok(Math.abs(mirror.low - (1 - high)) < 1e-12);
        const wide = interval(successes, trials, { level: 0.99 });
        assert.ok(wide.low <= low && wide.high >= high);
      }
    }
  });

  Deno.test(`${interval.name}() leaves everything possible without trials`, () => {
    assert.deepEqual(interval(0, 0), { low: 0, high: 1 });
  });

  Deno.test(`${interval.name}() refuses what is no count and no level`, () => {
    for (
      const [x, n] of [[-1, 5], [6, 5], [1.5, 5], [0, -1], [NaN, 5], [0, NaN], [
        0,
        Infinity,
      ]] as const
    ) {
      assert.throws(() => interval(x, n), RangeError);
    }
    for (const level of [0, 1, -1, NaN, 95]) {
      assert.throws(() => interval(1, 5, { level }), /Expected the level/);
    }
  });
}

Deno.test("clopperPearson() covers at least 95 % for every proportion, by enumeration", () => {
  const n = 20;
  const intervals = Array.from({ length: n + 1 }, (_, x) => clopperPearson(x, n));
  for (let p = 0.005; p < 1; p += 0.005) {
    let covered = 0;
    let mass = (1 - p) ** n;
    for (let x = 0; x <= n; x++) {
      const interval = intervals[x];
      if (interval !== undefined && interval.low <= p && p <= interval.high) covered += mass;
      mass *= (n - x) / (x + 1) * p / (1 - p);
    }
    assert.ok(covered >= 0.95, `${covered} at ${p}`);
  }
});
