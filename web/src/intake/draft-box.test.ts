import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Draft } from "@/api/types";
import { DraftBox, type DraftRemote } from "./draft-box";

function memoryRemote() {
  const held = new Map<string, Draft>();
  let reachable = true;
  const puts: string[] = [];
  const check = () => (reachable ? Promise.resolve() : Promise.reject(new Error("unreachable")));
  const remote: DraftRemote = {
    get: <B>(key: string) => check().then(() => (held.get(key) as Draft<B> | undefined) ?? null),
    put: (key, body) =>
      check().then(() => {
        puts.push(key);
        held.set(key, { body, updated_at: Date.now() });
      }),
    clear: (key) => check().then(() => held.delete(key)),
  };
  return { remote, held, puts, cut: () => (reachable = false) };
}

/** Seals in a way a test can read. */
const plain = { close: (text: string) => text, open: (text: string) => text };

beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => vi.useRealTimers());

describe("a draft", () => {
  test("is on this workstation at once and on the server after a pause, once", async () => {
    const server = memoryRemote();
    const box = new DraftBox(localStorage, server.remote, plain);
    box.save("u1", "intake", { content: "路" });
    box.save("u1", "intake", { content: "路灯" });
    await vi.advanceTimersByTimeAsync(0);
    expect(JSON.parse(localStorage.getItem("hotline.draft.u1.intake") ?? "").body).toEqual({ content: "路灯" });
    expect(server.puts).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(server.puts).toEqual(["intake"]);
    expect(server.held.get("intake")?.body).toEqual({ content: "路灯" });
  });

  test("comes back after a reload even though the server never saw it", async () => {
    const server = memoryRemote();
    server.cut();
    new DraftBox(localStorage, server.remote, plain).save("u1", "intake", { content: "路灯不亮" });
    await vi.advanceTimersByTimeAsync(0);
    const reloaded = new DraftBox(localStorage, server.remote, plain);
    expect((await reloaded.load<{ content: string }>("u1", "intake"))?.body.content).toBe("路灯不亮");
  });

  test("written later on another workstation wins", async () => {
    const server = memoryRemote();
    const box = new DraftBox(localStorage, server.remote, plain);
    box.save("u1", "intake", { content: "旧" });
    server.held.set("intake", { body: { content: "新" }, updated_at: Date.now() + 60_000 });
    expect((await box.load<{ content: string }>("u1", "intake"))?.body.content).toBe("新");
  });

  test("of one person is not shown to another on the same workstation", async () => {
    const box = new DraftBox(localStorage, memoryRemote().remote, plain);
    box.save("u1", "intake", { content: "甲的草稿" });
    expect(await box.load("u2", "intake")).toBeNull();
  });

  test("is gone everywhere once the order is registered, and a waiting save does not bring it back", async () => {
    const server = memoryRemote();
    const box = new DraftBox(localStorage, server.remote, plain);
    box.save("u1", "intake", { content: "路灯" });
    await box.clear("u1", "intake");
    await vi.advanceTimersByTimeAsync(5000);
    expect(await box.load("u1", "intake")).toBeNull();
    expect(server.puts).toEqual([]);
  });
});

describe("signing out", () => {
  test("hands drafts to the server and leaves nothing on the workstation", async () => {
    const server = memoryRemote();
    const box = new DraftBox(localStorage, server.remote, plain);
    box.save("u1", "intake", { content: "路灯" });
    await box.handIn();
    expect(server.held.get("intake")?.body).toEqual({ content: "路灯" });
    expect(localStorage.getItem("hotline.draft.u1.intake")).toBeNull();
  });

  test("keeps the local copy when the server is out of reach", async () => {
    const server = memoryRemote();
    server.cut();
    const box = new DraftBox(localStorage, server.remote, plain);
    box.save("u1", "intake", { content: "路灯" });
    await box.handIn();
    expect(localStorage.getItem("hotline.draft.u1.intake")).not.toBeNull();
  });
});
