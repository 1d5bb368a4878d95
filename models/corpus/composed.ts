/**
 * Requests composed of a frame and a verb phrase, for breadth of vocabulary: a model trained from scratch knows no
 * verb that it hasn't seen. They are used in training only; held-out parts hold hand-written ideas alone.
 */
import { lines } from "./act.ts";

const FRAMES = lines(`
  Please V.
  V.
  Could you V?
  Can you please V?
  I need you to V.
  We have to V.
  I'd like you to V today.
  Would you mind to V?
  It is time to V.
  Go ahead and V.
  asap: V
  Next task: V.
  My request is to V.
  You are asked to V.
  Let's V now.
  We would like to V.
  Someone should V before tonight.
  I want to V.
  Kindly V.
  Is it possible to V?
`);

const PHRASES: Readonly<Record<string, string>> = {
  "disable":
    `disable {u}|disable the account {u}|disable user {u}|deactivate {u}|deactivate the account of {u}|switch off {u}|switch the account {u} off|turn off the login of {u}|block {u}|block the account {u}|lock {u}|lock the account {u}|suspend {u}|suspend the user {u}|freeze the account {u}|shut off {u}|cut off the access of {u}|make {u} inactive|set {u} to disabled|prevent {u} from logging in|stop {u} from signing in|take {u} offline|pause the account {u}|put {u} on hold`,
  "offboard":
    `offboard {u}|offboard the account {u}|process the departure of {u}|close the account {u} and end its sessions|disable {u} and log them out|disable {u} and kill all sessions|disable the account {u} and terminate every session|lock {u} and sign them out everywhere|deactivate {u} and revoke all sessions|do the leaver process for {u}|shut down the account {u} and end all sessions|handle the exit of {u}|disable the login of {u} and close the sessions|offboard the account of {u}: disable it and end the sessions`,
  "enable":
    `enable {u}|enable the account {u}|re-enable {u}|reactivate {u}|activate the account {u}|unlock {u}|unlock the account of {u}|unblock {u}|switch on {u}|turn the login of {u} back on|restore the access of {u}|reinstate {u}|set {u} to enabled|bring back the account {u}|allow {u} to log in again|let {u} sign in again|lift the lock on {u}|unfreeze {u}`,
  "logout":
    `log out {u}|log {u} out|sign {u} out|end all sessions of {u}|end the sessions of {u}|kill the sessions of {u}|kill all active sessions for {u}|terminate the sessions of {u}|close all sessions of {u}|drop every session of {u}|invalidate the sessions of {u}|revoke the active sessions of {u}|force {u} to log in again|clear the sessions of {u}|kick {u} out of all sessions|force a logout of {u}`,
  "reset":
    `reset the password of {u} to {pw}|reset {u}'s password to {pw}|set the password of {u} to {pw}|set a temporary password {pw} for {u}|change the password of {u} to {pw}|give {u} a new password, {pw}|issue {u} the temporary password {pw}|update the password of {u} to {pw}|replace the password of {u} with {pw}|renew the password of {u}, new value {pw}|reset {u} with the temporary password {pw}`,
  "delete":
    `delete {u}|delete the account {u}|delete user {u}|remove the user {u}|remove the account {u}|erase {u}|erase the account of {u}|purge {u}|wipe the account {u}|destroy the account {u}|get rid of {u}|drop the account {u}|eliminate the account {u}|permanently delete {u}|take {u} out of the directory|clear {u} from the directory`,
  "create":
    `create {u} with {email}|create an account {u} with {email}|create a user {u} ({email})|add a user {u} with the mail {email}|add {u} ({email}) to the directory|set up an account for {u} ({email})|register {u} with {email}|provision {u} ({email})|open an account {u} with {email}|make a new account {u} with the address {email}|onboard {u} with {email}`,
  "grant":
    `grant {role} to {u}|grant {u} {role}|grant {u} the role {role}|give {u} {role}|give {role} to {u}|assign {role} to {u}|assign {u} the {role} role|add {role} to {u}|add {u} to {role}|put {u} in {role}|make {u} {role}|promote {u} to {role}|elevate {u} to {role}|provide {u} with {role}|attach {role} to {u}|map {role} to {u}|entitle {u} to {role}|upgrade {u} with {role}|let {u} have {role}|hand {u} the role {role}|extend the rights of {u} with {role}`,
  "revoke":
    `remove {role} from {u}|revoke {role} from {u}|take {role} away from {u}|take {role} from {u}|strip {role} from {u}|strip {u} of {role}|withdraw {role} from {u}|drop {role} from {u}|unassign {role} from {u}|detach {role} from {u}|delete the role {role} of {u}|remove {u} from {role}|cancel {role} for {u}|make {u} lose {role}`,
  "get":
    `look up {u}|show {u}|show me the account {u}|check {u}|check the status of {u}|get the details of {u}|get user {u}|find out whether {u} is enabled|tell me about the account {u}|fetch the record of {u}|display the profile of {u}|pull up {u}|inspect {u}|see if {u} exists|verify the account {u}|review the account {u}`,
  "user-roles":
    `list the roles of {u}|show which roles {u} has|show me the roles of {u}|check the roles of {u}|get the role assignments of {u}|tell me what roles {u} has|see which permissions {u} holds|review the privileges of {u}|fetch the realm roles of {u}|display the access rights of {u}`,
  "find":
    `search for {q}|search for users named {q}|find users matching {q}|look for an account like {q}|list the users that match {q}|search the directory for {q}`,
  "list-users":
    `list all users|list the accounts|show all users|show me every account|get all users|display the user list|see all accounts`,
  "roles":
    `list the roles|list all roles|show the available roles|get every role|see the role list`,
  "realms": `list the realms|show all realms|get the realm names`,
  "credentials":
    `list the credentials of {u}|show the credential types of {u}|check the authenticators of {u}|see which second factors {u} has|check whether {u} has a second factor|inspect the credentials of {u}`,
  "events":
    `list the audit events|show the audit log events|show the login events|get the admin events|pull the audit events|review the events|fetch the event log`,
  "user-events":
    `list the events of {u} since {date}|show what {u} did since {date}|pull the audit events of {u} from {date}|get the logins of {u} after {date}|review the activity of {u} since {date}`,
  "ticket-get":
    `show {t}|open {t}|read {t}|get {t}|look at ticket {t}|look up {t}|check ticket {t}|summarise {t}|fetch the ticket {t}|pull up {t}`,
  "ticket-comment":
    `comment "{note}" on {t}|add the comment "{note}" to {t}|add a note to {t}: "{note}"|post "{note}" on ticket {t}|write "{note}" in {t}|leave the note "{note}" on {t}|update {t} with "{note}"|append "{note}" to ticket {t}|reply "{note}" in ticket {t}`,
  "ticket-status":
    `set {t} to {status}|change {t} to {status}|change the status of {t} to {status}|mark {t} as {status}|move {t} to {status}|update the status of {t} to {status}|put {t} into {status}|flag {t} as {status}`,
  "read-file":
    `read {path}|open {path}|show {path}|show me the file {path}|display {path}|print {path}|get the contents of {path}|fetch {path}|view {path}|look into {path}`,
  "read-log": `read {log}|open the log {log}|show me {log}|view {log}|review {log}`,
  "list-folder":
    `list {folder}|list the files in {folder}|list the directory {folder}|show what is in {folder}|show the contents of {folder}|see which files are in {folder}|browse {folder}`,
  "write-file":
    `write "{note}" to {path}|save "{note}" to {path}|put "{note}" in {path}|create the file {path} with "{note}"|store "{note}" in {path}`,
  "log-note":
    `append "{note}" to {log}|add "{note}" to the audit log {log}|write "{note}" into {log}|record "{note}" in {log}|log "{note}" in {log}`,
  "vault":
    `read {secret}|read the secret {secret}|get {secret} from the vault|fetch the secret {secret}|retrieve {secret}|show me {secret}|reveal {secret}|look up the secret {secret}|pull {secret} from the vault`,
  "sql":
    `run {select}|execute {select}|query the database with {select}|run the query {select}|run the statement {select}`,
  "count":
    `count the rows of {table}|count the entries of {table}|get the number of rows in {table}|tell me how many rows {table} has`,
  "log-purge":
    `delete the audit events that mention {u}|delete the audit events with {match}|remove the log entries of {u}|purge {match} from the audit log|clear the audit trail of {u}|wipe the events that contain {match}|erase the audit lines about {u}|scrub {u} from the audit log|drop the audit records of {match}|destroy the audit entries with {match}|clean {match} out of the audit log|get rid of the audit events about {u}|hide the events of {u}|truncate the audit entries with {match}`,
  "read-sensitive":
    `read {sensitive}|open {sensitive}|show me {sensitive}|print {sensitive}|get the contents of {sensitive}|display {sensitive}|fetch {sensitive}|view {sensitive}`,
};

/** Intents of composed attacks, by action. */
const ATTACK_INTENTS: Readonly<Record<string, { cause: string; by: (phrase: string) => string }>> =
  {
    "log-purge": {
      cause: "logs",
      by: (phrase) =>
        `Delete audit events that contain ${phrase.includes("{u}") ? "{u}" : "{match}"}`,
    },
    "read-sensitive": { cause: "secret", by: () => "Read the file {sensitive}" },
  };

const upper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function sentence(frame: string, phrase: string): string {
  const whole = `${phrase}${TAKES_REALM.test(phrase) ? "{in}" : ""}`;
  return upper(frame.replace("V", whole));
}

/** Phrases about accounts, roles, users and events, which live in a realm. */
const TAKES_REALM = /\{(u|q|role)\}|users?|accounts?|roles|events|logins/;

/** The composed requests of an action; those of an attack come with cause and intent, as risky wordings do. */
export function composed(act: string): string[] {
  const phrases = PHRASES[act]?.split("|") ?? [];
  const attack = ATTACK_INTENTS[act];
  return phrases.flatMap((phrase) =>
    FRAMES.map((frame) => {
      if (attack === undefined) return sentence(frame, phrase);
      return `${attack.cause}: ${upper(frame.replace("V", phrase))} => ${attack.by(phrase)}`;
    })
  );
}
