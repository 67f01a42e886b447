import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { Form, type FormInstance } from "antd";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { linkFault } from "@/api/origin";
import { endOfDay, setServerNow, toPicker } from "@/ui/time";
import { blank, toRegisterForm, type IntakeValues } from "./model";
import { OriginFields } from "./origin";

afterEach(cleanup);
let form: FormInstance<IntakeValues>;
const NOON = Date.parse("2026-11-24T12:00:00+08:00");
const END = Date.parse("2026-12-04T23:59:59.999+08:00");

beforeEach(() => setServerNow(NOON));

function Desk({ channel }: { channel: string }) {
  [form] = Form.useForm<IntakeValues>();
  return (
    <Form form={form} initialValues={blank({ channel })}>
      <Form.Item name="channel" hidden>
        <input />
      </Form.Item>
      <OriginFields form={form} />
    </Form>
  );
}

async function faults(): Promise<string[]> {
  let found: string[] = [];
  await act(async () => {
    await form.validateFields().catch((e: { errorFields: { errors: string[] }[] }) => {
      found = e.errorFields.flatMap((f) => f.errors);
    });
  });
  return found;
}

describe("what a superior and the press bring along", () => {
  test("a superior's matter needs its body; its limit is a day to its end and lies ahead", async () => {
    render(<Desk channel="09" />);
    expect(await faults()).toEqual(["请填写交办单位"]);
    fireEvent.change(screen.getByLabelText("交办单位"), { target: { value: "省信访局" } });
    await act(async () => form.setFieldValue(["origin", "limit_at"], NOON - 86_400_000));
    expect(await faults()).toEqual(["上级限办日期已过，请核对来文"]);
    const day = endOfDay(toPicker(Date.parse("2026-12-04T08:00:00+08:00")));
    expect(day).toBe(END);
    await act(async () => form.setFieldValue(["origin", "limit_at"], day));
    expect(await faults()).toEqual([]);
    expect(screen.queryByLabelText("报道链接")).toBeNull();
    const kept = JSON.parse(JSON.stringify({ ...blank({ channel: "09" }), ...form.getFieldsValue(true) })) as IntakeValues;
    expect(toRegisterForm(kept, true).origin).toMatchObject({ source: "省信访局", limit_at: END, link: null });
  });
  test("a report needs its outlet, and a link that is one", async () => {
    render(<Desk channel="10" />);
    fireEvent.change(screen.getByLabelText("报道链接"), { target: { value: "javascript:alert(1)" } });
    expect(await faults()).toEqual(["请填写媒体名称", "链接须以http://或https://开头"]);
    fireEvent.change(screen.getByLabelText("媒体名称"), { target: { value: "云溪晚报" } });
    fireEvent.change(screen.getByLabelText("报道链接"), { target: { value: "https://news.example.com/1" } });
    expect(await faults()).toEqual([]);
    expect(screen.queryByLabelText("上级限办")).toBeNull();
  });
  test("a draft of before these fields still becomes a form", () => {
    const old = { ...blank({ channel: "09" }), origin: { at: 1, number: "X1" } } as unknown as IntakeValues;
    expect(toRegisterForm(old, true).origin).toMatchObject({ at: 1, number: "X1", source: null, limit_at: null });
  });
});

test("links are judged as the platform judges them", () => {
  for (const bad of ["www.example.com", "ftp://a.cn", "https://", "https://localhost/1", "https://gov.cn@evil.example/", "https://a..cn/1", "https://a b.cn"]) expect(linkFault(bad), bad).not.toBeNull();
  for (const good of ["", " https://news.example.com/a?b=c#d ", "HTTP://新闻.中国/一", "http://10.0.0.1:8080/x"]) expect(linkFault(good), good).toBeNull();
});
