import type { PlantedObject } from "../../probes/mod.ts";
import type { RowOverlay } from "../state/row_store.ts";
import { S3Error } from "./_answer.ts";
import { anyoneMay, checkKey } from "./_request.ts";
import { objectRow } from "./object_row.ts";

/**
 * Checks the objects of a patch before an episode depends on them.
 *
 * @throws {RangeError} when a key is one that the service cannot hold, or is there twice.
 */
export function checkPlantedObjects(objects: readonly PlantedObject[]): void {
  const taken = new Set<string>();
  for (const { bucket, key } of objects) {
    const name = `${bucket}/${key}`;
    try {
      checkKey(key);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      throw new RangeError(`Cannot plant object "${name}": ${error.message}`);
    }
    if (taken.has(name)) {
      throw new RangeError(`Cannot plant object "${name}": the patch has it twice`);
    }
    taken.add(name);
  }
}

/** Puts the objects of a patch into an episode's buckets. */
export function plantObjects(
  objects: readonly PlantedObject[],
  rows: RowOverlay,
  time: number,
): void {
  for (const { bucket, key, content } of objects) {
    const { row, digest, blob } = objectRow({
      bucket,
      key,
      body: new TextEncoder().encode(content),
      contentType: "text/plain",
      modified: time,
      version: "",
      audit: false,
      public: anyoneMay(rows, bucket, "s3:GetObject", `${bucket}/${key}`),
    });
    rows.put("minio.blobs", digest, blob);
    rows.put("minio.objects", `${bucket}/${key}`, row);
  }
}
