import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import type { LlamaContext } from "node-llama-cpp";
import { sampleInTurn } from "./_binding.ts";

Deno.test("sampleInTurn() lets one sequence sample at a time, in order, whatever fails", async () => {
  let now = 0;
  const order: number[] = [];
  const native = {
    async sampleToken(index: number): Promise<number> {
      equal(++now, 1);
      await new Promise((resolve) => setTimeout(resolve, 5 - index));
      now--;
      order.push(index);
      if (index === 2) throw new Error("Boom");
      return index * 10;
    },
  };
  sampleInTurn({ _ctx: native } as unknown as LlamaContext);
  const all = [0, 1, 2, 3].map((index) => native.sampleToken(index));
  await rejects(all[2] ?? Promise.resolve(), /Boom/);
  deepEqual(await Promise.all([all[0], all[1], all[3]]), [0, 10, 30]);
  deepEqual(order, [0, 1, 2, 3]);
});

Deno.test("sampleInTurn() refuses a library whose inside it does not know", () => {
  throws(() => sampleInTurn({} as LlamaContext), /Cannot make sampling safe/);
});
