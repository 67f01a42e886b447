// Types hold what is sent and answered; that every call goes to a documented address is held here.
import { afterEach, expect, test, vi } from "vitest";
import * as admin from "@/admin/calls";
import * as floor from "@/calls/calls";
import { filters } from "@/query/calls";
import document from "../../../docs/openapi.json";
import * as desk from "./calls";

afterEach(() => vi.unstubAllGlobals());

const documented = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => ({ method: method.toUpperCase(), path: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`) })),
);
/** Single functions follow addresses the platform hands out; only nouns have addresses of their own. */
const nounsOf = (module: object) => Object.fromEntries(Object.entries(module).filter(([, v]) => typeof v === "object")) as Record<string, Record<string, (...args: never[]) => Promise<unknown>>>;
const nouns: Record<string, Record<string, (...args: never[]) => Promise<unknown>>> = { ...desk, ...admin, filters, ...nounsOf(floor) };
const calls = Object.entries(nouns).flatMap(([noun, verbs]) => Object.entries(verbs).map(([verb, call]) => ({ name: `${noun}.${verb}`, call })));

test.each(calls)("$name goes to an address of the interface document", async ({ call }) => {
  const fetched = vi.fn<typeof fetch>().mockResolvedValue(new Response(null, { status: 204 }));
  vi.stubGlobal("fetch", fetched);
  await (call as (...args: unknown[]) => Promise<unknown>)("x", "x");
  const [url, init] = fetched.mock.calls[0] ?? [];
  const path = String(url).split("?")[0] ?? "";
  expect(documented.some((d) => d.method === init?.method && d.path.test(path)), `${init?.method} ${path}`).toBe(true);
});
