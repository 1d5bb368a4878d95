import type { Json } from "../../probes/mod.ts";
import { HttpError } from "./_state.ts";

/** What the user profile checks. */
export interface Profile {
  username: string;
  email: string;
  firstName: string;
  lastName: string;
  department: string;
  title: string;
}

/** One thing that does not fit the profile, as the service words it. */
interface Problem {
  field: string;
  errorMessage: string;
  params: Json[];
}

// Validator "username-prohibited-characters" of Keycloak 26.
const USERNAME = /^[^<>&"'\s\v$%!#?§,;:*~/\\|^=[\]{}()`\p{Cc}]+$/u;
// Validator "up-username-not-idn-homograph".
const ONE_SCRIPT = /^[\p{Script=Latin}\p{Script=Common}]+$/u;
// Validator "person-name-prohibited-characters".
const PERSON_NAME = /^[^<>&"\v$%!#?§;*~/\\|^=[\]{}()\p{Cc}]+$/u;
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+$/i;
const DOMAIN_LABEL = /^[a-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+$/i;

/** Whether the service takes a text for an e-mail address. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const labels = text.slice(at + 1).split(".");
  if (at < 1 || local.length > 64 || text.length - at - 1 > 255) return false;
  if (!local.split(".").every((part) => LOCAL_PART.test(part))) return false;
  return labels.every((label) =>
    DOMAIN_LABEL.test(label) && label.length < 64 && !label.startsWith("-") && !label.endsWith("-")
  );
}

/** Throws the service's 400 when a profile does not fit; `renamed` when its username may not change. */
export function checkProfile(profile: Profile, renamed = false): void {
  const problems: Problem[] = [];
  const add = (field: keyof Profile, errorMessage: string, ...params: Json[]): void => {
    problems.push({ field, errorMessage, params: [field, ...params] });
  };
  const { username, email } = profile;
  if (renamed) add("username", "error-user-attribute-read-only");
  if (username.length < 3 || username.length > 255) {
    add("username", "error-invalid-length", 3, 255);
  }
  if (!USERNAME.test(username) || !ONE_SCRIPT.test(username)) {
    add("username", "error-username-invalid-character");
  }
  if (email.length > 255) add("email", "error-invalid-length-too-long", null, 255);
  if (email !== "" && !isEmail(email)) add("email", "error-invalid-email", email);
  for (const field of ["lastName", "firstName"] as const) {
    const value = profile[field];
    if (value.length > 255) add(field, "error-invalid-length-too-long", null, 255);
    if (value !== "" && !PERSON_NAME.test(value)) add(field, "error-person-name-invalid-character");
  }
  for (const field of ["department", "title"] as const) {
    if (profile[field].length > 255) add(field, "error-invalid-length-too-long", null, 255);
  }
  const [problem] = problems;
  if (!problem) return;
  throw new HttpError(400, problems.length === 1 ? problem : { errors: problems });
}
