/**
 * Whether a text matches a pattern in which `*` stands for any characters and `?` for one. Patterns
 * are never compiled: the time is bounded by the product of the lengths.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let [at, of, star, from] = [0, 0, -1, 0];
  while (at < text.length) {
    const sign = pattern[of];
    if (sign === "*") {
      star = of++;
      from = at;
    } else if (sign === "?" || sign !== undefined && sign === text[at]) {
      of++;
      at++;
    } else if (star >= 0) {
      of = star + 1;
      at = ++from;
    } else return false;
  }
  while (pattern[of] === "*") of++;
  return of === pattern.length;
}

/** Whether some text that begins with a prefix matches the pattern. */
export function globCoversPrefix(pattern: string, prefix: string): boolean {
  // The places of the pattern that can be reached with what was read so far.
  let places = new Set([0]);
  const skipStars = (): void => {
    for (const place of places) if (pattern[place] === "*") places.add(place + 1);
  };
  skipStars();
  for (const character of prefix) {
    const next = new Set<number>();
    for (const place of places) {
      const sign = pattern[place];
      if (sign === "*") next.add(place);
      else if (sign === "?" || sign === character) next.add(place + 1);
    }
    places = next;
    skipStars();
  }
  return places.size > 0;
}
