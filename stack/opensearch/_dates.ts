const UNITS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  H: 3_600_000,
  m: 60_000,
  s: 1000,
};

/**
 * Whether the last moment that a text may mean is wanted: what is left out of the time of day is then
 * 23:59:59.999. A month or a day that is left out is the first either way.
 */
type Rounding = "down" | "up";

/**
 * Milliseconds since the epoch of a date, an epoch in milliseconds, or date math
 * (`now-7d/d`, `2026-02-01||+1M`); undefined for any other text.
 */
export function parseMoment(text: string, now: number, rounding: Rounding): number | undefined {
  if (text.startsWith("now")) return math(now, text.slice(3), rounding);
  const [date = "", ...rest] = text.split("||");
  const start = parseDate(date, rest.length > 0 ? "down" : rounding);
  if (start === undefined || rest.length > 1) return undefined;
  return math(start, rest[0] ?? "", rounding);
}

/** Milliseconds since the epoch of `strict_date_optional_time||epoch_millis`. */
export function parseDate(text: string, rounding: Rounding = "down"): number | undefined {
  if (/^-?\d{5,15}$/.test(text)) return Number(text);
  const parts =
    /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/
      .exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = parts;
  const up = rounding === "up";
  const last = new Date(Date.UTC(Number(year), Number(month ?? 1), 0));
  const time = Date.UTC(
    Number(year),
    Number(month ?? 1) - 1,
    Number(day ?? 1),
    Number(hour ?? (up ? 23 : 0)),
    Number(minute ?? (up ? 59 : 0)),
    Number(second ?? (up ? 59 : 0)),
    fraction === undefined ? (up ? 999 : 0) : Math.floor(Number(`0.${fraction}`) * 1000),
  );
  const valid = Number(month ?? 1) <= 12 && Number(month ?? 1) >= 1 &&
    Number(day ?? 1) >= 1 && Number(day ?? 1) <= last.getUTCDate() &&
    Number(hour ?? 0) <= 23 && Number(minute ?? 0) <= 59 && Number(second ?? 0) <= 59;
  return valid ? time - offset(zone) : undefined;
}

function offset(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.replace(/\D/g, "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}

function math(start: number, text: string, rounding: Rounding): number | undefined {
  let time = start;
  let left = text;
  while (left !== "") {
    const [whole = "", sign = "", count, unit = ""] =
      /^([+\-/])(\d{1,6})?([yMwdhHms])/.exec(left) ?? [];
    if (whole === "" || (sign === "/" && count !== undefined)) return undefined;
    time = sign === "/"
      ? rounded(time, unit, rounding)
      : added(time, unit, Number(count ?? 1) * (sign === "-" ? -1 : 1));
    left = left.slice(whole.length);
  }
  return Number.isNaN(time) ? undefined : time;
}

/** A moment some units later. */
export function added(time: number, unit: string, count: number): number {
  const size = UNITS[unit];
  if (size !== undefined) return time + size * count;
  const date = new Date(time);
  const months = unit === "y" ? count * 12 : count;
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

/** The start of a moment's unit, or its last millisecond. */
export function rounded(time: number, unit: string, rounding: Rounding = "down"): number {
  const start = floor(time, unit);
  return rounding === "up" ? added(start, unit, 1) - 1 : start;
}

function floor(time: number, unit: string): number {
  const date = new Date(time);
  if (unit === "y") return Date.UTC(date.getUTCFullYear(), 0);
  if (unit === "M") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  // Weeks begin on Monday.
  if (unit === "w") return day - (date.getUTCDay() + 6) % 7 * 86_400_000;
  const size = UNITS[unit] ?? 1;
  return Math.floor(time / size) * size;
}
