import { act, cleanup, render, screen } from "@testing-library/react";
import { Form, Input, type FormInstance } from "antd";
import { afterEach, expect, test } from "vitest";
import { fillForm } from "./fill";
import { blank, type IntakeValues } from "./model";

afterEach(cleanup);
let form: FormInstance<IntakeValues>;

function Watcher() {
  return <output>{Form.useWatch("phone", form) ?? ""}</output>;
}

function Desk() {
  [form] = Form.useForm<IntakeValues>();
  return (
    <>
      <Form form={form} initialValues={blank()}>
        <Form.Item name="phone" rules={[{ required: true, message: "请填写号码" }]}>
          <Input aria-label="来电号码" />
        </Form.Item>
      </Form>
      <Watcher />
    </>
  );
}

test("who watches the number sees the next caller's", async () => {
  render(<Desk />);
  await act(async () => {
    await form.validateFields().catch(() => undefined);
  });
  expect(await screen.findByText("请填写号码")).toBeTruthy();
  await act(async () => fillForm(form, blank({ phone: "13800001234", call_id: "c1" })));
  expect(screen.getByRole("status").textContent).toBe("13800001234");
  expect((screen.getByLabelText("来电号码") as HTMLInputElement).value).toBe("13800001234");
  expect(form.getFieldError("phone")).toEqual([]);
  // Fields that are not shown count as well: the call is bound.
  expect(form.getFieldsValue(true)).toMatchObject({ call_id: "c1" });
});
