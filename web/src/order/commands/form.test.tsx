import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { App } from "antd";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keys, newQueryClient } from "@/api/hooks";
import type { OrderView } from "@/api/types";
import { SessionProvider } from "@/app/session";
import { recall } from "./dispatch";
import { fieldPath, matchPath } from "./errors";
import { CommandForm } from "./form";
import { contextOf } from "./spec";

const fetched = vi.fn<typeof fetch>();
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const order = { id: "o1", version: 4, round: 1, tasks: [], requests: [] } as unknown as OrderView;
const previewed = { sentences: ["承诺期限继续计时。"], due_before: 1_800_000_000_000, due_after: null, lights: [] };

function show(onDone = vi.fn()) {
  const client = newQueryClient();
  client.setQueryData(keys.session, { user: { id: "u" }, permissions: [], appointment: {} });
  render(
    <App>
      <QueryClientProvider client={client}>
        <SessionProvider signIn={null}>
          <CommandForm spec={recall} ctx={contextOf(order)} onDone={onDone} />
        </SessionProvider>
      </QueryClientProvider>
    </App>,
  );
  return onDone;
}
const commands = () => fetched.mock.calls.filter(([url]) => String(url).endsWith("/commands"));
const press = () => fireEvent.click(screen.getByRole("button", { name: "确认撤回" }));
const write = (text: string) => fireEvent.change(screen.getByLabelText("撤回原因"), { target: { value: text } });

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
  fetched.mockImplementation((url) => Promise.resolve(String(url).endsWith("/preview") ? json(200, previewed) : json(200, { ...order, version: 5 })));
});
afterEach(() => {
  fetched.mockReset();
  vi.unstubAllGlobals();
});

test("nothing is sent while a required field is empty, and the field says so", async () => {
  show();
  press();
  expect(await screen.findByText("请填写撤回原因")).toBeDefined();
  expect(commands()).toHaveLength(0);
});

test("the effect on the deadline is shown before confirming", async () => {
  show();
  write("派错单位，应由交通局办理");
  expect(await screen.findByText("承诺期限继续计时。", {}, { timeout: 3000 })).toBeDefined();
  expect(commands()).toHaveLength(0);
});

test("confirming sends the command once, for the version that was read, and hands the new order on", async () => {
  const onDone = show();
  write("派错单位，应由交通局办理");
  press();
  await waitFor(() => expect(onDone).toHaveBeenCalledOnce());
  expect(commands()).toHaveLength(1);
  const [, init] = commands()[0] ?? [];
  expect(init?.body).toBe(JSON.stringify({ action: "recall", reason: "派错单位，应由交通局办理" }));
  expect(new Headers(init?.headers).get("If-Match")).toBe('"4"');
});

test("a server's complaint about a field stands beside that field, with its remedy", async () => {
  fetched.mockImplementation((url) =>
    Promise.resolve(String(url).endsWith("/preview") ? json(200, previewed) : json(422, { detail: "填写有误", fields: [{ field: "reason", message: "撤回原因过短", remedy: "请写明具体情况" }] })),
  );
  show();
  write("派错单位");
  press();
  const words = await screen.findByText("撤回原因过短。请写明具体情况");
  expect(words.closest(".ant-form-item")?.querySelector("textarea")).not.toBeNull();
});

test("a stale order offers to reread it and keeps what was typed", async () => {
  fetched.mockImplementation((url) =>
    Promise.resolve(String(url).endsWith("/preview") ? json(200, previewed) : json(412, { code: "stale", detail: "该工单刚被他人更新" })),
  );
  show();
  write("派错单位");
  press();
  expect(await screen.findByText(/刷新工单/)).toBeDefined();
  expect((screen.getByLabelText("撤回原因") as HTMLTextAreaElement).value).toBe("派错单位");
});

test("server field names find their place in the form", () => {
  const known = [["lead"], ["co", 0, "org"], ["public_reply"], ["phone"], ["parts", 1, "category"], ["org"]];
  expect(fieldPath("co[0].org")).toEqual(["co", 0, "org"]);
  expect(matchPath("co[0].org", known)).toEqual(["co", 0, "org"]);
  expect(matchPath("co[0]", known)).toEqual(["co", 0, "org"]);
  expect(matchPath("form.public_reply", known)).toEqual(["public_reply"]);
  expect(matchPath("requester.phone", known)).toEqual(["phone"]);
  expect(matchPath("parts[1].category", known)).toEqual(["parts", 1, "category"]);
  expect(matchPath("co.org", known)).toEqual(["org"]);
  expect(matchPath("nothing", known)).toBeUndefined();
});
