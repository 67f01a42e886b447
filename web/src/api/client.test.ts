import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { orders } from "./calls";
import { ApiError, newKey, OnceKey, queryText, send, setCsrf, whenSignedOut } from "./client";

const fetched = vi.fn<typeof fetch>();

function answer(status: number, body?: unknown): void {
  fetched.mockResolvedValueOnce(new Response(body === undefined ? null : JSON.stringify(body), { status }));
}
function lastCall(): { url: string; init: RequestInit; headers: Headers } {
  const [url, init] = fetched.mock.calls[fetched.mock.calls.length - 1] ?? [];
  return { url: String(url), init: init ?? {}, headers: new Headers(init?.headers) };
}

beforeEach(() => vi.stubGlobal("fetch", fetched));
afterEach(() => {
  fetched.mockReset();
  setCsrf(undefined);
  whenSignedOut(undefined);
  vi.unstubAllGlobals();
});

describe("what a request carries", () => {
  test("a command carries token, version and idempotency key", async () => {
    setCsrf("t0ken");
    answer(200, { id: "o1" });
    await orders.command("o1", 7, { action: "claim" }, "k1");
    const { url, init, headers } = lastCall();
    expect(url).toBe("/api/v1/orders/o1/commands");
    expect(init.body).toBe('{"action":"claim"}');
    expect(headers.get("X-CSRF-Token")).toBe("t0ken");
    expect(headers.get("If-Match")).toBe('"7"');
    expect(headers.get("Idempotency-Key")).toBe("k1");
  });

  test("reading carries no token", async () => {
    setCsrf("t0ken");
    answer(200, []);
    await send("GET", "/queues");
    expect(lastCall().headers.has("X-CSRF-Token")).toBe(false);
  });

  test("empty filters are left out and lists are joined", () => {
    expect(queryText({ q: "", state: ["handling", "closed"], after: null, exempt: false })).toBe("?state=handling%2Cclosed&exempt=false");
    expect(queryText({})).toBe("");
  });
});

describe("refusals", () => {
  test("a problem becomes a typed error with its fields", async () => {
    answer(422, { type: "/problems/invalid", title: "填写有误", detail: "请填写退回理由", code: "invalid", fields: [{ field: "reason", message: "不能为空" }], trace_id: "ab" });
    const error = await send("POST", "/orders").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    const refusal = error as ApiError;
    expect([refusal.status, refusal.code, refusal.message, refusal.traceId]).toEqual([422, "invalid", "请填写退回理由", "ab"]);
    expect(refusal.fields[0]?.field).toBe("reason");
  });

  test("an answer without a problem body still speaks Chinese", async () => {
    fetched.mockResolvedValueOnce(new Response("<html>Bad Gateway</html>", { status: 502 }));
    const error = (await send("GET", "/home").catch((e: unknown) => e)) as ApiError;
    expect(error.message).toMatch(/系统暂时不可用/);
    expect(error.transient).toBe(true);
  });

  test("no network is told as such", async () => {
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    const error = (await send("GET", "/home").catch((e: unknown) => e)) as ApiError;
    expect([error.status, error.message]).toEqual([0, "网络连接中断，请检查网络后重试"]);
  });

  test("a lost session leads to sign-in, a wrong password at sign-in does not", async () => {
    const gone = vi.fn();
    whenSignedOut(gone);
    answer(401, { code: "bad_credentials" });
    await send("POST", "/session", { body: {} }).catch(() => undefined);
    expect(gone).not.toHaveBeenCalled();
    answer(401, {});
    await send("GET", "/home").catch(() => undefined);
    expect(gone).toHaveBeenCalledOnce();
  });

  test("an abort stays an abort", async () => {
    fetched.mockRejectedValueOnce(new DOMException("aborted", "AbortError"));
    await expect(send("GET", "/home")).rejects.toHaveProperty("name", "AbortError");
  });
});

describe("idempotency keys", () => {
  test("pressing twice sends one key, changing the form makes another", () => {
    const once = new OnceKey();
    const first = once.for({ a: 1 });
    expect(once.for({ a: 1 })).toBe(first);
    expect(once.for({ a: 2 })).not.toBe(first);
  });
  test("after success the same form is a new matter", () => {
    const once = new OnceKey();
    const first = once.for({ a: 1 });
    once.done();
    expect(once.for({ a: 1 })).not.toBe(first);
  });
  test("are version 4 UUIDs", () => {
    expect(newKey()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
