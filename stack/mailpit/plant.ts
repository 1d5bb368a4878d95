import type { PlantedMail } from "../../probes/mod.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { parseAddress } from "./address.ts";
import { messageRow } from "./message.ts";

/**
 * Checks the mails of a patch before an episode depends on them.
 *
 * @throws {RangeError} when an address is none or an id is there twice.
 */
export function checkPlantedMails(mails: readonly PlantedMail[]): void {
  const ids = new Set<string>();
  for (const { id, from, to } of mails) {
    for (const address of [from, ...to]) {
      if (parseAddress(address) === address) continue;
      throw new RangeError(`Cannot plant a mail: "${address}" is no e-mail address`);
    }
    if (id === undefined) continue;
    if (ids.has(id)) throw new RangeError(`Cannot plant mail "${id}": the patch has it twice`);
    ids.add(id);
  }
}

/** Options for {@linkcode plantMails}. */
export interface PlantMailsOptions {
  /** Seed of the world. */
  seed: number;
  /** Milliseconds since the epoch at which they were received. */
  time: number;
}

/** Puts the mails of a patch into an episode's mailbox. */
export function plantMails(
  mails: readonly PlantedMail[],
  rows: RowOverlay,
  { seed, time }: PlantMailsOptions,
): void {
  for (const [index, { id, from, to, subject, text }] of mails.entries()) {
    const row = messageRow({
      seed,
      label: `plant/${index}`,
      from,
      fromName: "",
      to,
      cc: [],
      bcc: [],
      subject,
      text,
      tags: [],
      created: time + index * 1000,
      read: false,
    });
    const key = id ?? String(row.id);
    rows.put("mailpit.messages", key, { ...row, id: key });
  }
}
