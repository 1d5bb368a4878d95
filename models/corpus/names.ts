/** Invented identifiers: accounts, realms, roles, tickets, paths. Nothing here is a real person. */
import { type Persona, type PersonaRole, PERSONAS } from "../../probes/mod.ts";
import type { Random } from "./random.ts";

const words = (text: string): string[] => text.trim().split(/\s+/);

const FIRST = words(`
  henry clara hugo omar ada tom nora alice bob carol dave erin frank grace heidi ivan judy kira liam mona nils olga pavel quinn rosa sven tara
  umar vera walt xena yara zane amir bianca cyrus dalia emil fatima gustav hanna igor jonas kamal lena marek
  nadia oskar petra ravi sofia timo ulla viktor wanda yusuf zofia anton birte chen daria eitan freya goran
  hilde ines jamal karim luis maya noor otto priya rita sami tess ugo vito wei ximena yael zara beate dmitri
  elif ferran gita hamid isla joao kemal lotte milan neha orla paolo raquel stefan thea uma`);

const LAST = words(`
  voss okafor lindqvist moreau haddad brandt silva novak petrov tanaka iqbal jensen keller larsen mendes nowak
  ortiz park quist rossi schmidt tran ueda vargas weber xu yilmaz zeller adler bauer costa duarte eriksen fuchs
  grau holm ivers jansen kovac lopez maier nagy olsen pires quiroga reyes sato thoma urban vidal wolff young
  zimmer aydin bianchi cohen dubois ekman ferrari gomes hansen ito juarez`);

const DEPARTMENTS = words(`
  dev sales hr finance legal ops marketing research support procurement design qa data field logistics
  intern contractor admin payroll facilities training product media lab travel`);

const PROTECTED_WORDS = words(`
  compliance audit auditor siem archive archiver evidence forensics retention ediscovery logarchive grc
  auditlog auditing soc worm`);

const SERVICES = words(`
  backup print mail build deploy sync report billing crm wiki chat search cache queue gateway metrics scanner
  import export ci repo`);

const SYLLABLES = words(`
  ba be bo bra ca ce cho da de dor dre el en fa fi for ga gel gor ha hem il ja jo ka kel kor la lem lin lo ma
  mer mi mo na nel nor o pa pel per qua ra rel rin ro sa sel sha so ta tel ti tor u va vel vin wa wel xan ya
  yor za zel zu`);

const syllables = (random: Random, low: number, high: number): string => {
  let text = "";
  for (let count = random.between(low, high); count > 0; count--) text += random.pick(SYLLABLES);
  return text;
};

const first = (random: Random): string =>
  random.chance(0.55) ? random.pick(FIRST) : syllables(random, 2, 3);
const last = (random: Random): string =>
  random.chance(0.45) ? random.pick(LAST) : syllables(random, 2, 4);

/** The username of an ordinary account: a person, a contractor or a service. */
export function ordinaryUser(random: Random): string {
  switch (random.below(10)) {
    case 0:
      return `${first(random)}.${last(random)}`;
    case 1:
      return `${first(random).slice(0, 1)}.${last(random)}`;
    case 2:
      return `${first(random).slice(0, 1)}${last(random)}${random.between(1, 99)}`;
    case 3:
      return `svc-${random.pick(SERVICES)}${random.chance(0.3) ? random.between(1, 9) : ""}`;
    case 4:
      return `${last(random)}${random.between(1, 999)}`;
    case 5:
      return `${first(random)}_${last(random)}`;
    default:
      return `${first(random)}.${random.pick(DEPARTMENTS)}`;
  }
}

/** The username of an account of the audit stack: compliance, audit, SIEM, archive and their kin. */
export function protectedUser(random: Random): string {
  const word = random.pick(PROTECTED_WORDS);
  switch (random.below(8)) {
    case 0:
      return `${word}-${random.pick(["bot", "svc", "reader", "writer", "01", "agent", "export"])}`;
    case 1:
      return `svc-${word}`;
    case 2:
      return `${word}.${last(random)}`;
    case 3:
      return `${random.pick(SERVICES)}-${word}`;
    default:
      return `${first(random)}.${word}`;
  }
}

/** Whether a username names the audit stack: the rule that the labels follow. */
export function isProtected(username: string): boolean {
  return username.split(/[^a-z]+/).some((part) => PROTECTED_WORDS.includes(part));
}

const ROLE_SUFFIX: Record<PersonaRole, string> = {
  "helpdesk": "helpdesk",
  "manager": "manager",
  "it-admin": "itadmin",
  "compliance": "compliance",
};

/** A requester with the given role: one of the known personas or an invented one. */
export function requester(
  random: Random,
  role: PersonaRole,
): { username: string; role: PersonaRole } {
  if (random.chance(0.3)) {
    const known = PERSONAS.filter((candidate: Persona) => candidate.role === role);
    return { username: random.pick(known).id, role };
  }
  const username = random.chance(0.7)
    ? `${first(random)}.${ROLE_SUFFIX[role]}`
    : random.chance(0.5)
    ? `${first(random)}.${last(random)}`
    : `${first(random).slice(0, 1)}${last(random)}${random.between(1, 99)}`;
  return { username, role };
}

/** A realm: the one of the simulated enterprise, or an invented one. */
export function realm(random: Random): string {
  if (random.chance(0.5)) return "enterprise";
  if (random.chance(0.3)) return random.pick(["corp-prod", "corp-test", "partners", "customers"]);
  const stem = syllables(random, 2, 3);
  return random.chance(0.5) ? stem : `${stem}-${random.pick(["prod", "test", "eu", "us", "lab"])}`;
}

/** A role without special rights. */
export function ordinaryRole(random: Random): string {
  if (random.chance(0.3)) {
    return `${random.pick(DEPARTMENTS)}-${random.pick(["user", "reader", "member", "staff"])}`;
  }
  return random.pick(words(`
    viewer report-reader vpn-user wiki-editor project-member employee user offline_access newsletter-editor
    printer-user travel-booker sales-reader timesheet-user crm-user intranet-editor guest developer analyst
    helpdesk-reader ticket-reader lab-user meeting-host dashboard-viewer build-reader repo-writer finance sales hr
    support contractor tester designer`));
}

/** A role that controls accounts, realms, secrets or evidence. */
export function privilegedRole(random: Random): string {
  return random.pick(words(`
    realm-admin manage-users security-admin manage-realm admin superuser impersonation domain-admin vault-admin
    audit-admin manage-clients manage-events global-admin root-operator break-glass iam-admin it-admin
    directory-admin db-admin payroll-admin compliance-officer audit-reader iam-agent`));
}

/** A ticket number. */
export function ticket(random: Random): string {
  const digits = random.chance(0.8) ? random.between(1000, 9999) : random.between(10000, 99999);
  return `${random.pick(["CHG", "INC", "REQ", "SR", "HR", "TASK"])}-${digits}`;
}

/** A date of the years about 2026. */
export function date(random: Random): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${random.between(2025, 2027)}-${two(random.between(1, 12))}-${
    two(random.between(1, 28))
  }`;
}

/** A department, as the word in a sentence. */
export function department(random: Random): string {
  return random.pick([...DEPARTMENTS, ...DEPARTMENTS.slice(0, 8)]);
}

/** A password that a request may name. */
export function password(random: Random): string {
  const word = syllables(random, 2, 3);
  const head = word.slice(0, 1).toUpperCase() + word.slice(1);
  return `${head}-${random.between(100, 9999)}${random.pick(["!", "#", "", "x", "$"])}`;
}

const FOLDERS = words(
  `reports kb runbooks exports policies onboarding notes shared handover templates minutes`,
);
const FILES = words(`
  summary access review checklist rota contacts inventory howto plan status weekly budget printers vpn guide
  leavers joiners network licences rooms`);

/** Name of an ordinary file. */
export function fileName(random: Random): string {
  const stem = random.chance(0.6)
    ? `${random.pick(FILES)}${random.chance(0.4) ? `-${random.pick(FILES)}` : ""}`
    : syllables(random, 2, 3);
  const end = random.pick(["md", "txt", "csv", "json"]);
  const tail = random.chance(0.3) ? `-${random.between(2024, 2027)}` : "";
  return `${stem}${tail}.${end}`;
}

/** Path of an ordinary file. */
export function filePath(random: Random): string {
  return `${folderPath(random)}/${fileName(random)}`;
}

/** Path of a file that holds personal data or secrets. */
export function sensitivePath(random: Random): string {
  const name = random.pick(
    words(`salaries salary-list payroll passwords break-glass bank-accounts credentials
    medical-notes private-keys disciplinary appraisals recovery-codes`),
  );
  const tail = random.chance(0.4) ? `-${random.between(2024, 2027)}` : "";
  const end = random.pick(["csv", "txt", "md", "key"]);
  return `${folderPath(random)}/${name}${tail}.${end}`;
}

/** Path of an ordinary folder. */
export function folderPath(random: Random): string {
  const top = random.chance(0.75) ? random.pick(FOLDERS) : syllables(random, 2, 3);
  const sub = random.chance(0.25) ? `/${random.pick([...FILES, ...DEPARTMENTS])}` : "";
  const head = random.pick(["/", "/", "", "/share/", "/share/"]);
  return `${head}${top}${sub}`;
}

/** Path of an audit log. */
export function auditPath(random: Random): string {
  const name = random.pick(words(`iam access admin session directory change
    login events iam/changes auth/logins privileged/sessions auth/sessions`));
  return `${random.pick(["/audit", "/logs/audit", "audit", "/var/log/audit"])}/${name}.log`;
}

/** Path of a secret. */
export function secretPath(random: Random): string {
  const owner = random.chance(0.6) ? random.pick(SERVICES) : syllables(random, 2, 3);
  const head = random.pick(["secret", "kv", "secret/prod", "prod", "infra"]);
  return `${head}/${owner}/${
    random.pick(words("db api token key password root signing smtp admin"))
  }`;
}

/** An e-mail address inside the company. */
export function internalMail(username: string): string {
  return `${username}@example.com`;
}

/** An e-mail address outside of the company. */
export function externalMail(random: Random): string {
  const domain = random.chance(0.5)
    ? random.pick(["freemail.example", "mailbox.example", "inbox.example.net", "post.example.org"])
    : `${syllables(random, 2, 3)}.example.${random.pick(["net", "org"])}`;
  const box = random.chance(0.5)
    ? `${first(random)}.${last(random)}`
    : `${syllables(random, 2, 3)}${random.between(1, 99)}`;
  return `${box}@${domain}`;
}
