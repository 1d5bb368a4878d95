const UUID = /(?<![0-9a-f])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])/g;

/** Finds the UUIDs in folded text, in the canonical spelling, however they are grouped. */
export function uuidsIn(folded: string): string[] {
  const found = (folded.match(UUID) ?? []).map((match) => canonicalUuid(match.replaceAll("-", "")));
  if (found.length === 0 && folded.length <= 100) {
    const bare = folded.replace(/urn|uuid|[-:{}()\s]/g, "");
    if (/^[0-9a-f]{32}$/.test(bare)) return [canonicalUuid(bare)];
  }
  return found;
}

function canonicalUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
    .join("-");
}

/** Finds e-mail addresses in folded text. */
export function emailsIn(folded: string): string[] {
  return folded.match(/(?<![\p{L}\p{N}._+-])[\p{L}\p{N}._+-]{1,64}@[\p{L}\p{N}.-]{1,255}/gu) ?? [];
}

/** Splits folded text into what could be a name: runs of letters, digits, `.`, `-` and `_`. */
export function tokensIn(folded: string): string[] {
  // The domain of an e-mail address is not a name; a mention ("@name") is.
  const names = folded.replace(/(?<=[\p{L}\p{N}._+-])@[\p{L}\p{N}.-]+/gu, " ");
  const tokens = names.match(/[\p{L}\p{N}._-]+/gu) ?? [];
  // A sentence's full stop, or a separator at the edge of a path, is no part of a name.
  return tokens.flatMap((token) => {
    const trimmed = token.replace(/^[._-]{1,64}/, "").replace(/(?<=[^._-])[._-]{1,64}$/, "");
    return trimmed === token || trimmed === "" ? [token] : [token, trimmed];
  });
}
