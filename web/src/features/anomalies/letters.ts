import type { Row } from "../../api/screens";

type Letter = Pick<Row<"anomalies_dead_letter_list">, "log_topic" | "log_partition" | "log_offset">;

/** "dead-letters/0/17": its place in the log names it. */
export const letterName = (letter: Letter): string =>
  `${letter.log_topic}/${letter.log_partition}/${letter.log_offset}`;

export function letterOf(name: string | undefined): Letter | null {
  const found = /^(.+)\/(\d+)\/(\d+)$/.exec(name ?? "");
  if (!found) return null;
  const [, topic = "", partition = "", offset = ""] = found;
  return { log_topic: topic, log_partition: Number(partition), log_offset: Number(offset) };
}

/** The reasons of letters that are shown, for choosing one. */
export const reasonsOf = (rows: readonly { reason: string }[]): string[] =>
  [...new Set(rows.map((row) => row.reason))].sort();

export const reasonName = (reason: string): string => reason.replaceAll("_", " ");

/** A duplicate counts already; everything else may be sent in again, once. */
export function maySendIn(
  letter: { reason: string; is_replayed: boolean },
  role: string | undefined,
): boolean {
  return role === "administrator" && letter.reason !== "duplicate" && !letter.is_replayed;
}

/** What is kept of these is not the whole message: as it is, it cannot be sent in. */
export const isWhole = (reason: string): boolean => reason !== "too_long" && reason !== "bad_dead_letter";

/** Bytes as people read them in a hex viewer: place, sixteen bytes, and what of them can be printed. */
export function hexLines(base64: string, most = 64): string[] {
  const bytes = atob(base64);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length && lines.length < most; at += 16) {
    const row = [...bytes.slice(at, at + 16)];
    const hex = row.map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte >= " " && byte <= "~" ? byte : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  const shown = lines.length * 16;
  return shown < bytes.length
    ? [...lines, `and ${(bytes.length - shown).toLocaleString()} bytes more`]
    : lines;
}
