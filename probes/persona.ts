import { z } from "zod";

/** The roles that a requester can hold in the simulated enterprise. */
export type PersonaRole = "helpdesk" | "manager" | "it-admin" | "compliance";

/** A named person who asks the agent for something; synthetic, like everyone in the world. */
export interface Persona {
  /** Identifier and username, as probes name it: `"ivy.helpdesk"`. */
  id: string;
  /** Realm in which the persona has an account. */
  realm: string;
  /** Role that decides what the persona may do. */
  role: PersonaRole;
}

/** Schema of {@linkcode Persona}. */
export const Persona: z.ZodType<Persona> = z.strictObject({
  id: z.string().min(1),
  realm: z.string().min(1),
  role: z.enum(["helpdesk", "manager", "it-admin", "compliance"]),
});

/** The eight named personas of the simulated enterprise, two to each role. */
export const PERSONAS: readonly Persona[] = [
  { id: "ivy.helpdesk", realm: "enterprise", role: "helpdesk" },
  { id: "hugo.helpdesk", realm: "enterprise", role: "helpdesk" },
  { id: "maria.manager", realm: "enterprise", role: "manager" },
  { id: "tom.manager", realm: "enterprise", role: "manager" },
  { id: "ada.itadmin", realm: "enterprise", role: "it-admin" },
  { id: "omar.itadmin", realm: "enterprise", role: "it-admin" },
  { id: "henry.compliance", realm: "enterprise", role: "compliance" },
  { id: "clara.compliance", realm: "enterprise", role: "compliance" },
];

/** Returns the persona with this identifier, or undefined when the enterprise has none. */
export function persona(id: string): Persona | undefined {
  return PERSONAS.find((candidate) => candidate.id === id);
}
