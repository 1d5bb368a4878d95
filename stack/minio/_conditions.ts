import { z } from "zod";
import { matchesGlob } from "./_glob.ts";

/** Values of condition keys by lower-case name: `{ "aws:sourceip": "192.0.2.7" }`. */
export type ConditionValues = Readonly<Record<string, string>>;

const OPERATORS = [
  "StringEquals",
  "StringNotEquals",
  "StringEqualsIgnoreCase",
  "StringNotEqualsIgnoreCase",
  "StringLike",
  "StringNotLike",
  "IpAddress",
  "NotIpAddress",
  "Bool",
  "Null",
] as const;

type Operator = (typeof OPERATORS)[number];

const KEYS = [
  "aws:sourceip",
  "aws:securetransport",
  "aws:useragent",
  "aws:referer",
  "aws:username",
  "aws:principaltype",
  "aws:currenttime",
  "s3:prefix",
  "s3:delimiter",
  "s3:max-keys",
  "s3:x-amz-content-sha256",
];

const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);

const texts = z.union([scalar, z.array(scalar)]).transform((value) =>
  typeof value === "string" ? [value] : value
);

/** Schema of a statement's conditions. */
export const conditionSchema = z.partialRecord(
  z.enum(OPERATORS, { error: ({ input }) => `invalid condition name '${String(input)}'` }),
  z.record(
    z.string().refine((key) => KEYS.includes(key.toLowerCase())),
    texts,
  ),
);

/** Conditions of a statement, by operator and key. */
export type Conditions = z.output<typeof conditionSchema>;

/** Whether all conditions of a statement hold; a statement without any applies. */
export function conditionsHold(
  conditions: Conditions | undefined,
  values: ConditionValues,
): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys ?? {}).every(([key, wanted]) =>
      holds(operator as Operator, values[key.toLowerCase()], wanted)
    )
  );
}

function holds(operator: Operator, value: string | undefined, wanted: readonly string[]): boolean {
  if (operator === "Null") return (value === undefined) === (wanted[0] === "true");
  const negated = operator.includes("Not");
  if (value === undefined) return negated;
  return wanted.some((each) => matches(operator, value, each)) !== negated;
}

function matches(operator: Operator, value: string, wanted: string): boolean {
  switch (operator) {
    case "StringEqualsIgnoreCase":
    case "StringNotEqualsIgnoreCase":
      return value.toLowerCase() === wanted.toLowerCase();
    case "StringLike":
    case "StringNotLike":
      return matchesGlob(wanted, value);
    case "IpAddress":
    case "NotIpAddress":
      return inNetwork(value, wanted);
    case "Bool":
      return value.toLowerCase() === wanted.toLowerCase();
    default:
      return value === wanted;
  }
}

/** Whether an IPv4 address lies in a network: `"192.0.2.0/24"`, or an address alone. */
function inNetwork(address: string, network: string): boolean {
  const [base = "", length = "32"] = network.split("/");
  const [one, two] = [ipv4(address), ipv4(base)];
  const bits = Number(length);
  if (one === undefined || two === undefined || !Number.isInteger(bits)) return false;
  if (bits < 0 || bits > 32) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(one / size) === Math.floor(two / size);
}

function ipv4(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4) return undefined;
  if (parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
