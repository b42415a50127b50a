const incidentWords: Record<string, string> = {
  spike: "sold unusually much",
  drop: "sold unusually little",
  silent_till: "silent till",
  silent_store: "silent store",
  price_error: "wrong price",
  unusual_returns: "unusual returns",
  phantom_stock: "stock that is not there",
};

/** What an incident is, in words. */
export function incidentWord(kind: string): string {
  return incidentWords[kind] ?? kind.replaceAll("_", " ");
}

/** What needs attention, in a word or two; of an incident what kind it is of, where that is known. */
export function attentionWord(kind: string, incidentKind?: string): string {
  switch (kind) {
    case "restock_alert":
      return "running out";
    case "incident":
      return incidentKind === undefined ? "unusual" : incidentWord(incidentKind);
    case "silent_store":
      return "silent";
    case "proposals":
      return "to order";
    default:
      return kind.replaceAll("_", " ");
  }
}
