import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CallerCard } from "./card-type";
import { INITIAL } from "./engine";
import { seatCall, seatView } from "./fakes";
import { Incoming } from "./incoming";
import { Keys } from "./key-row";
import type { SeatCommand, SeatView } from "./protocol";
import { phone, usePhone, type PhoneState } from "./store";
import { WrapUp } from "./wrap-up";

const sent = vi.fn<(command: SeatCommand) => Promise<void>>();

function publish(seat: SeatView, change: Partial<PhoneState> = {}) {
  act(() => phone.publish({ ...INITIAL, role: "mirror", link: "open", seat, media: "up", ...change }));
}

function Shown() {
  const state = usePhone();
  const call = state.seat?.calls[0];
  return (
    <>
      <Keys state={state} />
      <Incoming state={state} />
      {state.seat && call?.state === "wrap_up" && <WrapUp seat={state.seat} call={call} />}
    </>
  );
}

const card: CallerCard = {
  number_masked: "138****1234",
  name_masked: "王*",
  calls: { total: 6, answered: 5, missed: 1, today: 1 },
  orders_total: 4,
  orders_open: 1,
  orders_closed: 3,
  dissatisfied: 0,
  open: [{ id: "o1", case_no: "3702", title: "夜间施工噪声", state: "handling", state_cn: "办理中", light: "red", light_cn: "已逾期", remaining_cn: "逾期1天", due_at: 1, lead_org: "区住建局" }],
  last_promise: { case_no: "3702", due_at: Date.UTC(2026, 10, 30, 2) },
  last_call: null,
  marks: [{ kind: "care", kind_cn: "关爱名单", reason: "听力障碍，请放慢语速", valid_to: Date.UTC(2027, 0, 1) }],
  duty: null,
};

beforeEach(() => {
  sent.mockResolvedValue(undefined);
  phone.connect({ send: sent, takeOver: () => undefined, watch: () => undefined });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { enabled: false } } })}>
      <MemoryRouter>
        <Shown />
      </MemoryRouter>
    </QueryClientProvider>,
  );
});
afterEach(() => {
  cleanup();
  phone.disconnect();
  sent.mockReset();
});

test("a lit key sends its command, a dark one cannot be pressed", () => {
  publish(seatView({ state: "talking", calls: [seatCall()], allowed: ["hangup"] }));
  fireEvent.click(screen.getByRole("button", { name: "挂断" }));
  expect(sent).toHaveBeenCalledWith({ type: "hangup", call: "c1" });
  expect((screen.getByRole("button", { name: "保持" }) as HTMLButtonElement).disabled).toBe(true);
});

test("at a desk phone the call is lifted there: nothing to press but 拒接, and no ring in the browser", () => {
  publish(seatView({ state: "ringing", phone: "8001", calls: [seatCall({ state: "ringing" })], allowed: ["reject"] }), { media: "off" });
  expect(screen.getByText(/正在振铃，请摘机接听/).textContent).toContain("8001");
  const incoming = screen.getByRole("alertdialog", { name: "来电" });
  expect(incoming.querySelector(".ph-answer")).toBeNull();
  fireEvent.click(incoming.querySelector("button") as HTMLButtonElement);
  expect(sent).toHaveBeenCalledWith({ type: "reject", call: "c1" });
});

test("shortcuts work while somebody types, and do nothing when the key is dark", () => {
  publish(seatView({ state: "talking", calls: [seatCall()], allowed: ["hold"] }));
  const field = document.body.appendChild(document.createElement("input"));
  fireEvent.keyDown(field, { key: "m", code: "KeyM", altKey: true });
  expect(sent).not.toHaveBeenCalled();
  fireEvent.keyDown(field, { key: "h", code: "KeyH", altKey: true });
  expect(sent).toHaveBeenCalledWith({ type: "hold", call: "c1" });
  field.remove();
});

test("without a line to the platform no key is lit", () => {
  publish(seatView({ state: "talking", calls: [seatCall()], allowed: ["hangup", "hold"] }), { link: "lost" });
  for (const key of screen.getAllByRole("button")) expect((key as HTMLButtonElement).disabled).toBe(true);
});

test("on ring it shows who calls, what runs, what was promised and how to speak with them", () => {
  publish(seatView({ state: "ringing", allowed: ["answer", "reject"], calls: [seatCall({ state: "ringing", card })] }));
  const dialog = screen.getByRole("alertdialog", { name: "来电" });
  for (const text of ["138 0000 1234", "王*", "夜间施工噪声", "听力障碍，请放慢语速", "逾期1天"]) expect(dialog.textContent).toContain(text);
  expect(dialog.textContent).toContain("11月30日");
  fireEvent.click(screen.getByRole("button", { name: /应\s*答\s*Alt/ }));
  expect(sent).toHaveBeenCalledWith({ type: "answer", call: "c1" });
});

test("an unknown caller rings all the same while the card is looked up", () => {
  publish(seatView({ state: "ringing", allowed: ["answer"], calls: [seatCall({ state: "ringing", number: "", card: null })] }));
  expect(screen.getByRole("alertdialog", { name: "来电" }).textContent).toContain("号码未显示");
});

test("what is noted in wrap-up is kept before the time is over", async () => {
  vi.useFakeTimers();
  publish(seatView({ state: "wrap_up", allowed: ["wrap_up"], calls: [seatCall({ state: "wrap_up" })] }));
  fireEvent.change(screen.getByRole("textbox", { name: "话后备注" }), { target: { value: "已告知进度" } });
  await act(() => vi.advanceTimersByTimeAsync(900));
  expect(sent).toHaveBeenCalledWith({ type: "wrap_up", call: "c1", code: null, note: "已告知进度", finish: false });
  fireEvent.click(screen.getByRole("button", { name: /完\s*成/ }));
  expect(sent).toHaveBeenLastCalledWith({ type: "wrap_up", call: "c1", code: null, note: "已告知进度", finish: true });
  vi.useRealTimers();
});
