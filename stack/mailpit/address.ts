/** Domain of the enterprise: mail to any other leaves it. */
export const INTERNAL_DOMAIN = "example.com";

/**
 * The bare address of `"bob@example.com"` or `"Bob <bob@example.com>"`, as RFC 5322 has them;
 * undefined when it is none.
 */
export function parseAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const open = trimmed.endsWith(">") ? trimmed.lastIndexOf("<") : -1;
  const address = open < 0 ? trimmed : trimmed.slice(open + 1, -1);
  const at = address.lastIndexOf("@");
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  if (at < 1 || address.length > 320 || !isAtoms(local) || !isAtoms(domain)) return undefined;
  return address;
}

/** Atoms joined by dots: no space, no control character, none of the separators. */
function isAtoms(text: string): boolean {
  return text.split(".").every((part) => part !== "" && /^[^\s()<>[\]:;@\\,"\p{Cc}]+$/u.test(part));
}

/** Whether mail to an address leaves the enterprise. */
export function isExternal(address: string): boolean {
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  return domain !== INTERNAL_DOMAIN && !domain.endsWith(`.${INTERNAL_DOMAIN}`);
}
