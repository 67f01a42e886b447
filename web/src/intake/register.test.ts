import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, OnceKey } from "@/api/client";
import { blank, toRegisterForm } from "./model";
import { registerThen } from "./register";

const fetched = vi.fn<typeof fetch>();
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const form = toRegisterForm({ ...blank(), content: "路灯不亮" }, true);
const registered = { id: "o1", case_no: "370200202611240100000017", query_code: "K7M2", version: 1, state: "registered" };

beforeEach(() => vi.stubGlobal("fetch", fetched));
afterEach(() => {
  fetched.mockReset();
  vi.unstubAllGlobals();
});

test("转办 registers first and submits the very version that was registered", async () => {
  fetched.mockResolvedValueOnce(json(201, registered)).mockResolvedValueOnce(json(200, { id: "o1", state: "pending_dispatch" }));
  const outcome = await registerThen(form, new OnceKey(), { action: "submit", urgency: "u3", suggested_org: null });
  const [url, init] = fetched.mock.calls[1] ?? [];
  expect(url).toBe("/api/v1/orders/o1/commands");
  expect(new Headers(init?.headers).get("If-Match")).toBe('"1"');
  expect(outcome.order?.state).toBe("pending_dispatch");
});

test("a failed second step still hands out the number", async () => {
  fetched.mockResolvedValueOnce(json(201, registered)).mockResolvedValueOnce(json(409, { detail: "诉求要素不全" }));
  const outcome = await registerThen(form, new OnceKey(), { action: "submit", urgency: null, suggested_org: null });
  expect(outcome.registered.case_no).toBe(registered.case_no);
  expect((outcome.error as ApiError).message).toBe("诉求要素不全");
});

test("after a lost answer the same press goes out under the same key", async () => {
  const once = new OnceKey();
  fetched.mockRejectedValueOnce(new TypeError("network")).mockResolvedValueOnce(json(201, registered));
  await expect(registerThen(form, once, null)).rejects.toBeInstanceOf(ApiError);
  await registerThen(form, once, null);
  const key = (n: number) => new Headers(fetched.mock.calls[n]?.[1]?.headers).get("Idempotency-Key");
  expect(key(0)).toBe(key(1));
});
