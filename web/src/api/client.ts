import createClient from "openapi-fetch";
import { keptAtIn, network, type Kept } from "./network";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Stamp = Schemas["ScreenStamp"];
export type Session = Schemas["Session"];
export type Proposal = Schemas["Proposal"];
export type Order = Schemas["Order"];

/** What the program refused, with its own words. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
  ) {
    super(message);
    this.name = "Refused";
  }
}

const client = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "" : location.origin,
  // A browser asks nobody for a password: the sign-in page does.
  headers: { "X-Requested-With": "shelfcast" },
  querySerializer: { array: { style: "form", explode: true } },
});

let csrfToken: string | null = null;
/** What follows carries the session's token. */
export function carry(token: string | null): void {
  csrfToken = token;
}

const noAnswer = "shelfcast does not answer; is it running, and is this machine on the network?";

client.use({
  onRequest({ request }) {
    if (csrfToken && request.method !== "GET") request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  async onResponse({ response }) {
    network.answered(response);
    if (response.ok) return undefined;
    throw await refusal(response);
  },
  onError({ error }) {
    if (error instanceof Refused || (error instanceof DOMException && error.name === "AbortError")) return;
    network.lost();
    return new Refused(0, "unavailable", noAnswer);
  },
});

/** Of bodies that are sent while a page goes away browsers keep 64 KiB, and refuse what is more: that goes as any other. */
const mostKeptBytes = 60_000;
export const isKept = (body: unknown): boolean =>
  new TextEncoder().encode(JSON.stringify(body)).length < mostKeptBytes;

async function refusal(response: Response): Promise<Refused> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as Schemas["Error"];
    return new Refused(response.status, error.kind, error.message);
  } catch {
    return new Refused(response.status, "unavailable", `shelfcast answered with status ${response.status}`);
  }
}

/** The body of an answer; what is none of ours is an error. */
export async function answered<T extends object>(
  asked: Promise<{ data?: T; response: Response }>,
): Promise<T & Kept> {
  const { data, response } = await asked;
  if (data === undefined) throw new Refused(0, "unavailable", "shelfcast sent an empty answer");
  const keptAt = keptAtIn(response);
  return keptAt ? { ...data, kept_at: keptAt } : data;
}

export { client };
