import type { Row } from "../../probes/mod.ts";

/** What a request for users selects by. */
export interface UserQuery {
  search?: string | undefined;
  username?: string | undefined;
  email?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  enabled?: boolean | undefined;
  emailVerified?: boolean | undefined;
  /** Attributes: `"department:IT title:Tester"`. */
  q?: string | undefined;
  exact: boolean;
}

const COLUMNS = {
  username: "username",
  email: "email",
  firstName: "first_name",
  lastName: "last_name",
} as const;

/** Whether a query names a field, rather than searching all or asking for everybody. */
export function namesField(query: UserQuery): boolean {
  return [...Object.keys(COLUMNS), "enabled", "emailVerified", "q"].some((name) =>
    query[name as keyof UserQuery] !== undefined
  );
}

/** Whether the row of a user is one that the query selects. */
export function selects(query: UserQuery, row: Row): boolean {
  const { search, enabled } = query;
  if (search !== undefined) {
    return matchesSearch(row, search) && (enabled === undefined || row.enabled === enabled);
  }
  if (enabled !== undefined && row.enabled !== enabled) return false;
  if (query.emailVerified !== undefined && row.email_verified !== query.emailVerified) return false;
  if (query.q !== undefined && !hasAttributes(row, query.q)) return false;
  return Object.entries(COLUMNS).every(([name, column]) => {
    const wanted = query[name as keyof typeof COLUMNS]?.toLowerCase();
    if (wanted === undefined) return true;
    const text = String(row[column] ?? "").toLowerCase();
    return query.exact ? text === wanted : like(text, `%${wanted}%`);
  });
}

// "Prefix by default, infix with *, exact in double quotes": each word in one of four fields.
function matchesSearch(row: Row, search: string): boolean {
  const texts = Object.values(COLUMNS).map((column) => String(row[column] ?? "").toLowerCase());
  if (search.startsWith("id:")) return row.user_id === search.slice(3).trim();
  const words = search.trim().toLowerCase().split(/\s+/).slice(0, 16);
  return words.every((word) => {
    if (word.length > 1 && word.startsWith('"') && word.endsWith('"')) {
      return texts.includes(word.slice(1, -1));
    }
    const parts = word.split("*");
    return texts.some((text) => inOrder(text, parts));
  });
}

/** Whether a text starts with the first part and has the others behind it, in order. */
function inOrder(text: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const at = text.indexOf(part, from);
    if (at < 0 || (index === 0 && at !== 0)) return false;
    from = at + part.length;
  }
  return true;
}

/** SQL's LIKE, in a time that is linear in the text for each `%`; no pattern is ever compiled. */
export function like(text: string, pattern: string): boolean {
  let at = 0;
  let position = 0;
  let back = -1;
  let mark = 0;
  while (at < text.length) {
    const sign = pattern[position];
    if (sign === "%") {
      back = position++;
      mark = at;
    } else if (sign !== undefined && (sign === "_" || sign === text[at])) {
      at++;
      position++;
    } else if (back >= 0) {
      position = back + 1;
      at = ++mark;
    } else {
      return false;
    }
  }
  while (pattern[position] === "%") position++;
  return position === pattern.length;
}

function hasAttributes(row: Row, q: string): boolean {
  const pairs = [...q.matchAll(/(?:"([^"]*)"|([^\s:"]+)):(?:"([^"]*)"|(\S*))/g)];
  return pairs.every(([, quotedName, name, quotedValue, value]) => {
    const column = quotedName ?? name ?? "";
    const wanted = quotedValue ?? value ?? "";
    const known = column === "department" || column === "title";
    return known && String(row[column] ?? "").toLowerCase() === wanted.toLowerCase();
  });
}
