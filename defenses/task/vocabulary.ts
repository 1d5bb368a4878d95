/** What a request can ask an identity operations agent to do, in the layers' own terms. */
export type TaskAction =
  | "grant"
  | "revoke"
  | "create"
  | "delete"
  | "enable"
  | "disable"
  | "logout"
  | "reset"
  | "look-up"
  | "read-credentials"
  | "read-audit"
  | "append-audit"
  | "erase-audit"
  | "read-ticket"
  | "comment"
  | "set-status"
  | "read-file"
  | "write-file"
  | "query"
  | "change-data"
  | "search-mail"
  | "send-mail"
  | "delete-mail"
  | "read-store"
  | "write-store"
  | "open-store"
  | "read-secret"
  | "read-code"
  | "write-code"
  | "search-logs"
  | "change-logs";

const ACCOUNT = "(?:accounts?|users?|logins?|sign-?ins?|identity|identities|profiles?|access)";
const SESSIONS = "(?:sessions?|devices?|everywhere|every ?where|tokens?)";
const AUDIT = "(?:audit\\w*|event log|events?|admin events?|login events?|logins|activity)";
const LOG = "(?:audit|logs?|events?|trail|evidence|traces?|entries|lines|records?)";
const SHOW =
  "(?:list|show|pull|get|give me|display|review|read|see|check|fetch|look|open|need|want|print|" +
  "view|find|tell me|who|what|which|when|count|how many|export|summari[sz]e|send me)";

/**
 * The words that ask for an action: sources of regular expressions over folded text in which a full
 * stop inside a name is a middle dot, each with gaps of bounded length, so that reading takes linear
 * time. They are wide on purpose: what a request
 * may be about is narrowed by the other rules of a layer, and a word that is missing here stops
 * somebody's work.
 */
export const ACTION_WORDS: Readonly<Record<TaskAction, readonly string[]>> = {
  "grant": [
    "\\b(?:grant|assign|entitl|elevat|promot|authori[sz]|upgrad)\\w*",
    "\\b(?:give|gives|giving|given|gave|add|adds|adding|put|puts|putting|set up|make|makes|map|attach|" +
    "hand|bind|extend|provide|equip|let|need|needs|needed|gets?|receives?|hold|holds|want|wants|" +
    "missing|lacks?|request|requests|apply|applies|stick|drop|throw|place|enrol|enroll)\\b" +
    "[^.!?\\n]{0,80}\\b(?:roles?|rights?|permissions?|privileges?|access|membership|group|" +
    "[a-z]+-(?:admin|user|reader|writer|officer|operator|account|owner|editor|manager)|" +
    "manage-[a-z]+|view-[a-z]+|into|on|to|in)\\b",
    "\\b(?:open|opens|creat\\w*|provision\\w*|accounts?|logins?|starters?|joiners?|onboard\\w*)\\b" +
    "[^.!?\\n]{0,80}\\bwith\\b|\\broles?\\b[^.!?\\n]{0,20}\\b(?:on|for|to)\\b",
    "\\brole request\\b|\\bremote access\\b|\\baccess (?:of|for)\\b|\\bonboard\\w*",
  ],
  "revoke": [
    "\\b(?:revok|withdraw|unassign|demot|detach|deprovision|offboard)\\w*|\\bwithdrew\\b",
    "\\b(?:remove|removes|removing|take|takes|taking|strip|strips|stripping|drop|purge|cancel|" +
    "delete|lose|loses|retire|pull|cut|clear|clean)\\b[^.!?\\n]{0,80}\\b(?:roles?|rights?|" +
    "permissions?|privileges?|access|membership|from|off|away|of)\\b",
  ],
  "create": [
    "\\b(?:creat|provision|regist|onboard)\\w*|\\bsign up\\b",
    `\\b(?:open|add|make|set up|set|new|need|needs|get|issue)\\b[^.!?\\n]{0,60}\\b${ACCOUNT}\\b`,
    "\\bopen\\b[^.!?\\n]{0,40}[a-z0-9]+[._\u00b7-][a-z0-9]+",
    "\\badd(?:ing|s)?\\b[^.!?\\n]{0,60}\\b(?:directory|realm|people|staff|starter)\\b",
    "\\b(?:starter|joiner|new hire|newcomer)s?\\b",
  ],
  "delete": [
    "\\b(?:delet|eras|destroy|eliminat|decommission)\\w*|\\b(?:wipe|purge)[sd]?\\b",
    `\\b(?:remove|removes|removed|drop|clear|get rid of)\\b[^.!?\\n]{0,60}\\b(?:${ACCOUNT}|directory|` +
    "permanently|for good|altogether|completely)\\b",
    "\\bretire\\w*|\\bget rid of\\b|\\bweren't there\\b|\\bgone for good\\b",
  ],
  "enable": [
    "\\b(?:enabl|re-?enabl|activat|reactivat|unlock|unblock|reinstat|unfreez|unsuspend)\\w*",
    "\\b(?:switch|turn|bring|put|let|set|allow|restore)\\w*\\b[^.!?\\n]{0,60}\\b(?:on|back|again|in|active)\\b",
    "\\brestor\\w*|\\blift\\b",
  ],
  "disable": [
    "\\b(?:disabl|deactivat|suspend|freez|block|inactiv|offboard|quarantin|contain|isolat)\\w*",
    "\\b(?:off|lock|locks|locked|locking|terminate|terminated)\\b",
    "\\b(?:switch|turn|shut|take|cut|set|put|power|pull|kick|close|kill|stop|end|make)\\w*\\b" +
    `[^.!?\\n]{0,60}\\b(?:off|offline|down|out|hold|inactive|plug|${ACCOUNT})\\b`,
    "\\b(?:enabled? (?:to )?false|leaver|departure|exit)\\b|\\bleaves\\b|\\bleaving\\b",
    "\\b(?:prevent|stop|keep)\\w*\\b[^.!?\\n]{0,60}\\b(?:log|sign)\\w*\\b|\\bnot (?:be able to )?log in\\b",
  ],
  "logout": [
    "\\blog\\w*\\b[^.!?\\n]{0,40}\\bout\\b|\\bsign\\w*\\b[^.!?\\n]{0,40}\\bout\\b|\\blog-?outs?\\b|\\boffboard\\w*",
    `\\b(?:end|ends|ended|ending|kill|kills|killed|kick|close|closes|closed|terminat\\w*|drop|revok\\w*|` +
    `invalidat\\w*|clear|cut|blow|stop|expire|flush|reset)\\b[^.!?\\n]{0,80}\\b${SESSIONS}\\b`,
    "\\bend whatever\\b|\\bstill open\\b|\\bsessions?\\b",
  ],
  "reset": [
    "\\bpass(?:word|code|phrase)s?\\b|\\bpwd?\\b|\\bcredentials?\\b|\\b(?:reset|resets|resetting)\\b",
    "\\b(?:set|change|rotate|renew|replace|burn)\\b[^.!?\\n]{0,60}\\bto\\b|\\btemporary\\b|\\bone-time\\b",
  ],
  "look-up": [
    `\\b${SHOW}\\b`,
    "\\b(?:search|look ?up|lookup|status|verif|confirm|compar|inspect|is|are|does|do)\\w*\\b",
  ],
  "read-credentials": [
    "\\b(?:credentials?|authenticators?|second factors?|mfa|2fa|otp|totp|factor|passkeys?)\\b",
    "\\bpassword\\b[^.!?\\n]{0,60}\\b(?:age|old|changed?|set|expir\\w*|date)\\b",
    "\\b(?:age|date|when)\\b[^.!?\\n]{0,60}\\bpasswords?\\b",
  ],
  "read-audit": [
    `\\b${SHOW}\\b[^.!?\\n]{0,80}\\b${AUDIT}\\b`,
    "\\bevents? (?:of|for|since|from|in)\\b",
    "\\b(?:did|happened|deleted|disabled|changed|logged)\\b[^.!?\\n]{0,60}\\b(?:since|on|yesterday|today|" +
    "last|between|from)\\b",
  ],
  "append-audit": [
    `\\b(?:append|add|put|write|record|log|note|enter|document)\\w*\\b[^.!?\\n]{0,80}\\b(?:audit|log|trail|changelog)\\b`,
  ],
  "erase-audit": [
    `\\b(?:delet|eras|remov|purg|wip|clear|clean|trim|prun|scrub|drop|empty|truncat)\\w*\\b[^.!?\\n]{0,80}\\b${LOG}\\b`,
  ],
  "read-ticket": [
    "\\btickets?\\b|\\b(?:chg|req|inc|task|prb|sr)-?\\d+\\b|\\bqueue\\b|\\brequest\\b",
  ],
  "comment": [
    "\\b(?:comment|comments|note|notes|annotat\\w*|reply|post|write|leave|update|add|tell)\\b",
  ],
  "set-status": [
    "\\b(?:set|mark|chang\\w*|move|put|flag|clos\\w*|resolv\\w*|reopen|reject|approv\\w*|done|status|pending)\\b",
  ],
  "read-file": [
    "/[a-z0-9._/-]+|\\b(?:files?|folders?|director(?:y|ies)|runbooks?|documents?|docs?|polic(?:y|ies)|sops?|" +
    "playbooks?|guides?|articles?|kb|knowledge|wiki|manual|checklist|procedure|share)\\b",
  ],
  "write-file": [
    "\\b(?:write|save|store|create|make|compile|produce|put|update|draft|file|append|export|replace|overwrite|edit|correct|" +
    "change|publish|prepare|document|add|record)\\w*\\b",
    "\\b(?:goes|go|to|into|as|under)\\b[^.!?\\n]{0,20}/[a-z0-9]",
  ],
  "query": [
    "\\b(?:sql|select|query|quer(?:y|ies)|tables?|rows?|database|db|count|how many|report|list|figures|" +
    "inventory|[a-z]+_[a-z]+|columns?|fields?|dates?|assets?|employees?|records?|owner\\w*|laptops?|servers?|hosts?|devices?|number of|statistics)\\b",
  ],
  "change-data": [
    "\\b(?:insert|update|make|push|put|replace|shift|postpone|extend|rename|delete|alter|truncate|drop|set|change|correct|fix|mark|register|add|remove|" +
    "transfer|reassign|retire|decommission|move|merge|clean|enter|adjust|amend)\\w*\\b",
  ],
  "search-mail": ["\\b(?:mails?|e-?mails?|mailbox|inbox|messages?|thread|newsletter|phish\\w*)\\b"],
  "send-mail": [
    "\\b(?:mail|e-?mail|send|sends|forward|notify|inform|tell|write|reply|remind|invite|announce|share|message|" +
    "report|copy|cc|circulate|let)\\w*\\b",
  ],
  "delete-mail": [
    "\\b(?:delet|remov|clear|clean|purg|bin|trash|throw|drop|empty)\\w*\\b[^\\n]{0,80}" +
    "\\b(?:mails?|e-?mails?|messages?|inbox|mailbox|thread)\\b",
  ],
  "read-store": [
    "\\b(?:buckets?|objects?|s3|storage|archive|backups?|exports?|reports?|keys?|minio)\\b",
  ],
  "write-store": [
    "\\b(?:upload|store|put|save|copy|export|place|archive|publish|write|back ?up|push|drop|file)\\w*\\b",
  ],
  "open-store": [
    "\\b(?:polic(?:y|ies)|public|bucket policy|anonymous|readable|share|permissions?)\\b",
  ],
  "read-secret": [
    "\\b(?:vault|secrets?|api keys?|tokens?|keys?|credentials?|certificate|break-?glass)\\b",
  ],
  "read-code": [
    "\\b(?:commits?|repo\\w*|git\\w*|diffs?|issues?|pulls?|pull requests?|prs?|branch\\w*|merge\\w*|code|releases?)\\b",
  ],
  "write-code": [
    "\\b(?:commit|answer|merg|approv|review|push|chang|edit|updat|correct|fix|put|add|writ|comment|repl|note|close|" +
    "bump|revert|rais|set|replac)\\w*\\b",
  ],
  "change-logs": [
    "\\b(?:index|delet|remov|clear|clean|purg|trim|prun|drop|rotat|add|writ|publish|put|enter)\\w*\\b[^\\n]{0,80}" +
    "\\b(?:logs?|index|indices|documents?|entries|articles?|kb)\\b",
  ],
  "search-logs": [
    "\\b(?:logs?|index|indices|search|alerts?|events?|siem|opensearch|traffic|hits?)\\b",
  ],
};

/** Words that hand the choice of what to do to a record or a document. */
export const DELEGATION_WORDS: readonly string[] = [
  "\\b(?:work|works|process|handle|do|execute|fulfil\\w*|implement|follow|apply|action|take|finish|complete|" +
  "carry|close out|go through|run|see to|deal with|start)\\b[^.!?\\n]{0,100}" +
  "(?:\\b[a-z]{2,6}-\\d{1,8}\\b|/[a-z0-9._/-]+|\\b(?:tickets?|queue|runbooks?|playbooks?|checklist|sop|procedure|" +
  "instructions?|steps|comments?|out|decided|decision|mail|issue|list|says|said)\\b)",
  "\\bas in\\b",
  "\\bas (?:it |the )?[^.!?\\n]{0,60}\\b(?:says|say|said|states?|described|asks?|asked|decided|written)\\b",
  "\\bwhat(?:ever)? [^.!?\\n]{0,60}\\b(?:says|say|said|decided|asks?|wants?|needs?)\\b",
];

/** Prefixes of the registers whose records a store can be asked for, by kind. */
export const REGISTERS: Readonly<Record<string, string>> = {
  chg: "ticket",
  req: "ticket",
  inc: "ticket",
  sop: "sop",
  hr: "hr-event",
  apr: "approval",
};

/** Actions that change who may do what, or what is kept: those that an approval is asked for. */
export const CONSEQUENTIAL: ReadonlySet<TaskAction> = new Set<TaskAction>([
  "grant",
  "revoke",
  "create",
  "delete",
  "enable",
  "disable",
  "logout",
  "reset",
  "erase-audit",
  "change-logs",
]);

/** Actions that are hard to take back or that give rights away. */
export const WEIGHTY: ReadonlySet<TaskAction> = new Set<TaskAction>([
  "grant",
  "create",
  "delete",
  "reset",
  "erase-audit",
]);

/** What registers of approvals call the actions. */
export const REGISTERED_ACTIONS: Readonly<Record<string, readonly TaskAction[]>> = {
  "role.grant": ["grant"],
  "role.remove": ["revoke"],
  "account.create": ["create", "grant"],
  "account.delete": ["delete"],
  "account.enable": ["enable"],
  "account.disable": ["disable"],
  "sessions.end": ["logout"],
  "password.reset": ["reset"],
  "mail.external": ["send-mail"],
  "data.export": ["read-store", "write-store", "send-mail"],
  "bucket.publish": ["open-store"],
  "audit.retention": ["erase-audit"],
};

/** What an event of the personnel is reason enough for, by its type. */
export const PERSONNEL_ACTIONS: Readonly<Record<string, readonly TaskAction[]>> = {
  "leaver": ["disable", "logout", "revoke"],
  "joiner": ["create", "grant", "enable"],
  "mover": ["grant", "revoke"],
  "leave-of-absence": ["disable", "logout"],
};

/** What an open incident is reason enough for without an approver: containment and recovery. */
export const INCIDENT_ACTIONS: readonly TaskAction[] = ["disable", "enable", "logout", "reset"];
