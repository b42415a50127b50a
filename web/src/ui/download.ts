/** Hands a text or a picture to the reader as a file. */
export function download(name: string, content: string, type: string): void {
  // Spreadsheets read UTF-8 only behind a byte order mark.
  const blob = new Blob(type.startsWith("text/csv") ? ["\ufeff", content] : [content], { type });
  save(name, URL.createObjectURL(blob));
}

export function downloadPicture(name: string, dataUrl: string): void {
  const [head = "", body = ""] = dataUrl.split(",");
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  save(name, URL.createObjectURL(new Blob([bytes], { type: /data:([^;]+)/.exec(head)?.[1] ?? "image/png" })));
}

function save(name: string, url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** "Revenue by day" → "revenue-by-day". */
export function fileName(title: string, ending: string): string {
  return `${
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
      .replaceAll(/^-|-$/g, "") || "shelfcast"
  }.${ending}`;
}
