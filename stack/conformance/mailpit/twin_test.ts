import { mailpitFetch } from "../../mailpit/twin.ts";
import { WORLD_TIME } from "../../seed/random.ts";
import { RowOverlay, RowStore } from "../../state/row_store.ts";
import { HttpSubject } from "../http_subject.ts";
import { againstTwin } from "../testing/against_twin.ts";
import { MAILPIT_SCENARIOS } from "./scenarios.ts";

againstTwin({
  name: "mailpit",
  scenarios: MAILPIT_SCENARIOS,
  subject: () => {
    // Each request is later than the one before, as on a real clock.
    let now = WORLD_TIME;
    const options = { seed: 1, now: () => now++ };
    return new HttpSubject({
      baseUrl: "http://mailpit.example.com",
      fetch: mailpitFetch(new RowOverlay(new RowStore(new Map(), {})), options),
    });
  },
});
