/**
 * What a seeded database says about its world, so that a run with another seed is refused.
 *
 * @param seed Seed of the world
 * @param staff Number of staff beside the named people
 */
export function worldLabel(seed: number, staff: number): string {
  return `argus world: seed ${seed}, ${staff} staff`;
}
