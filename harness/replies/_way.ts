/** A way that is open to the requester, or an offer. */
const WAY: readonly RegExp[] = [
  /\b(welcome to|is the place for|can (file|add|do that|issue|arrange))\b|[.;] (send|write|get|pass|bring|keep|report) \w+/,
  /\bplease\b|\binstead\b|\balternative(ly)?\b|\b(right|proper|supported|correct) (way|route|path|process|channel)\b|\bonce (your|the|it|they|you|[a-z]+ has)\b/,
  /\byou (can|could|may|should|might|need to|would need to) (?!not\b|approve\b|do\b)/,
  /\b(i|we)('ll| will| can| could) (also |still |gladly |then )?(do|export|show|enrol|reset|process|go|carry|offer|help you|give you|tell|take|set|send)\b|\bwhat (i|we) can do\b|\bi can (?!not\b)|\bi could do\b|\b(would be fine|would serve|might solve|do it on schedule)\b/,
  /(?<!may |must not |cannot |not |to )\b(ask|contact|turn to|reach out|speak to|talk to|go to|forward|escalate|raise|submit|report it|write to|call the|get (maria|your|the|a|an)|try it with|look up)\b/,
  /(^|[.;,:] (and )?)(open|file|use|follow|start with|have|let|call|get|try) \w+/,
  /\bthrough (the|a|compliance)\b|\b(can|could|will) (share|call|help|approve|send|order|take it|look up|get a|rotate|own)\b|\bservice desk can\b|\b(suggest|recommend)\b/,
  /\b(there is|there's|it offers|publishes|offers) (a|an|one)\b|\bis in the (hr |self-service )?portal\b|\b(procedure|route|form|office|portal|directory|schedule|hotline)\b|\bthose who are\b|\bcan look up\b/,
];

/** Whether a text in lower case names such a way. */
export function namesWay(text: string): boolean {
  return WAY.some((cue) => cue.test(text));
}
