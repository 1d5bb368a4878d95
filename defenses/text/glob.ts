/**
 * Compiles a pattern in which `*` stands for any text to a test that runs in linear time; a RegExp
 * with several `.*` can take quadratic time on what a model sends.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split("*");
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  const middle = parts.slice(1, -1).filter((part) => part !== "");
  if (parts.length === 1) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length) return false;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    const end = text.length - last.length;
    for (const part of middle) {
      const at = text.indexOf(part, from);
      if (at < 0 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}

/** Compiles patterns to one test: the first pattern that matches, or undefined. */
export function compileGlobs(
  patterns: readonly string[],
): (text: string) => string | undefined {
  const tests = patterns.map((pattern) => ({ pattern, test: compileGlob(pattern) }));
  return (text) => tests.find(({ test }) => test(text))?.pattern;
}
