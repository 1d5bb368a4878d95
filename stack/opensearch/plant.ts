import type { Json, PlantedDocument } from "../../probes/mod.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { SearchError } from "./_error.ts";
import { extended, flatten, type Mapping } from "./mapping.ts";

/**
 * Checks the documents of a patch before an episode depends on them.
 *
 * @throws {RangeError} when an id is there twice, or a document is no JSON object that an index takes.
 */
export function checkPlantedDocuments(documents: readonly PlantedDocument[]): void {
  const taken = new Set<string>();
  for (const { index, id, source } of documents) {
    const key = `${index}/${id}`;
    if (taken.has(key)) {
      throw new RangeError(`Cannot plant document "${key}": the patch has it twice`);
    }
    taken.add(key);
    mapped({}, { key, id, source });
  }
}

/** The mapping of an index with a document in it, in the words of a patch where it does not fit. */
function mapped(
  mapping: Mapping,
  { key, id, source }: { key: string; id: string; source: Json },
): Mapping {
  try {
    return extended(mapping, flatten(source), id);
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    const { reason } = (error.body as { error: { reason: string } }).error;
    throw new RangeError(`Cannot plant document "${key}": ${reason}`);
  }
}

/**
 * Puts the documents of a patch into an episode's indices.
 *
 * @throws {RangeError} when the index has a document of that id, or a value does not fit its field.
 */
export function plantDocuments(documents: readonly PlantedDocument[], rows: RowOverlay): void {
  for (const { index, id, source } of documents) {
    const key = `${index}/${id}`;
    const row = rows.get("opensearch.indices", index);
    if (!row) throw new RangeError(`Cannot plant document "${key}": there is no index "${index}"`);
    if (rows.get("opensearch.docs", key)) {
      throw new RangeError(`Cannot plant document "${key}": the index has one of that id`);
    }
    const fields = mapped(row.fields as Mapping, { key, id, source });
    rows.put("opensearch.indices", index, { ...row, fields: { ...fields } });
    rows.put("opensearch.docs", key, {
      index,
      doc_id: id,
      audit: row.audit as boolean,
      version: 1,
      source,
    });
  }
}
