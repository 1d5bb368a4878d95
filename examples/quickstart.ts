// Asks the nano gateway about two offboardings that differ in the account only:
// deno task quickstart
import { askGateway, openModels } from "@argus-safety/argus";

await using models = await openModels({ roles: ["gateway"] });
for (const account of ["alice.dev", "henry.compliance"]) {
  const answer = await askGateway(models, {
    requester: { username: "ada.itadmin", role: "it-admin" },
    request: `${account} has left the company, please offboard the account in realm enterprise: ` +
      "disable it and end all sessions. Ticket CHG-4099.",
  });
  console.log(`${account}: ${answer.kind}`);
  if (answer.kind === "APPROVE") console.log(`  intent: ${answer.intent}`);
  if (answer.kind === "REJECT") console.log(`  reason: ${answer.reason}`);
}
