import { describe, expect, test } from "vitest";
import { blank, callerDigits, contentHints, draftTitle, isWorthKeeping, nextEmpty, phoneFault, toRegisterForm, type IntakeValues } from "./model";

const filled: IntakeValues = {
  ...blank({ phone: "138 1234 5678", call_id: "c-1" }),
  name: " 张明 ",
  demand_type: "help",
  content: " 市民反映中山路18号门前路灯不亮，希望尽快维修。 ",
  category: "010203",
  region: "370202000000",
};

describe("the title drafted from the content", () => {
  test("is the first sentence without greeting and opening", () => {
    expect(draftTitle("您好，市民反映中山路18号门前路灯不亮。希望尽快维修。")).toBe("中山路18号门前路灯不亮");
    expect(draftTitle("咨询公积金提取需要哪些材料？")).toBe("公积金提取需要哪些材料");
  });
  test("does not stop at a salutation", () => {
    expect(draftTitle("尊敬的王市长：您好！我小区经常停水。请解决。")).toBe("小区经常停水");
    expect(draftTitle("各位领导，你们好！\n咨询公积金提取")).toBe("公积金提取");
    expect(draftTitle("您好")).toBe("");
  });
  test("is cut at a comma rather than in the middle of a phrase", () => {
    const title = draftTitle("幸福小区3号楼2单元暖气自11月15日供暖以来一直不热，多次联系供热公司维修人员上门后仍然没有解决室内温度只有14度");
    expect(title).toBe("幸福小区3号楼2单元暖气自11月15日供暖以来一直不热");
  });
  test("never exceeds what the API takes", () => {
    expect([...draftTitle("路".repeat(300))].length).toBeLessThanOrEqual(50);
  });
});

describe("the body of the registration", () => {
  test("trims text, drops empty fields and keeps the call", () => {
    const form = toRegisterForm(filled, true);
    expect(form.requester).toMatchObject({ name: "张明", phone: "13812345678", contact_phone: null, id_no: null, id_type: null });
    expect(form.content).toBe("市民反映中山路18号门前路灯不亮，希望尽快维修。");
    expect(form.title).toBe("中山路18号门前路灯不亮，希望尽快维修");
    expect([form.call_id, form.duplicates_checked, form.publishable, form.confidentiality]).toEqual(["c-1", true, null, "none"]);
  });
  test("keeps of the origin what the channel has", () => {
    const none = { source: null, limit_at: null, title: null, link: null };
    const origin = { at: 1, number: " XA123 ", source: " 省信访局 ", limit_at: 9, title: " 路灯 ", link: " https://a.cn/1 ", place: "接待大厅", head_count: 3, representatives: [{ name: " 李强 ", phone: "139 0000 1111" }, { name: " ", phone: null }] };
    expect(toRegisterForm({ ...filled, channel: "13", origin }, true).origin).toEqual({ ...none, at: 1, number: "XA123", place: null, head_count: null, representatives: [] });
    expect(toRegisterForm({ ...filled, channel: "14", origin }, true).origin).toEqual({
      ...none,
      at: 1,
      number: null,
      place: "接待大厅",
      head_count: 3,
      representatives: [{ name: "李强", phone: "13900001111" }],
    });
    expect(toRegisterForm({ ...filled, origin }, true).origin).toMatchObject({ ...none, at: null, number: null, place: null });
    const left = { at: 1, place: null, head_count: null, representatives: [] };
    expect(toRegisterForm({ ...filled, channel: "09", origin }, true).origin).toEqual({ ...none, ...left, number: "XA123", source: "省信访局", limit_at: 9 });
    expect(toRegisterForm({ ...filled, channel: "10", origin }, true).origin).toEqual({ ...left, number: null, source: "省信访局", limit_at: null, title: "路灯", link: "https://a.cn/1" });
  });
  test("of an anonymous caller carries no name and asks for no callback", () => {
    const form = toRegisterForm({ ...filled, anonymous: true, callback_preferred_at: 1 }, false);
    expect([form.requester.name, form.callback_wanted]).toEqual([null, false]);
  });
  test("names the company only for companies", () => {
    expect(toRegisterForm({ ...filled, company_name: "某公司" }, false).requester.company_name).toBeNull();
    expect(toRegisterForm({ ...filled, kind: "company", company_name: "某公司" }, false).requester.company_name).toBe("某公司");
  });
  test("turns ticked marks into flags", () => {
    expect(toRegisterForm({ ...filled, flags: ["threat"] }, false).flags).toEqual({ threat: true, major: false, litigation: false, foreign: false });
  });
});

describe("while typing", () => {
  test("hints light up as when, where, who, what and wish are told", () => {
    const met = (c: string) => contentHints(c).filter((h) => h.met).map((h) => h.text);
    expect(met("路灯坏了")).toEqual(["地点"]);
    expect(met("昨晚中山路的路灯不亮，物业无人维修，希望尽快修好")).toEqual(["时间", "地点", "对象", "事由", "诉求"]);
  });
  test("history is looked up from seven digits on", () => {
    expect(callerDigits("138123")).toBeNull();
    expect(callerDigits("0532-8591")).toBe("05328591");
  });
  test("a mobile number with a missing digit is noticed", () => {
    expect(phoneFault("1381234567")).toMatch(/11位/);
    expect(phoneFault("13812345678")).toBeNull();
    expect(phoneFault("0532-85912345")).toBeNull();
    expect(phoneFault("abc")).toBe("号码只能含数字");
  });
  test("Enter leads through the required fields that are still empty", () => {
    const v = { ...blank(), phone: "13812345678" };
    expect(nextEmpty(v, "phone")).toBe("name");
    expect(nextEmpty({ ...v, name: "张明" }, "name")).toBe("content");
    expect(nextEmpty({ ...filled, region: "" }, "title")).toBe("region");
    expect(nextEmpty(filled, "region")).toBe("address");
    expect(nextEmpty({ ...filled, address: "中山路" }, "address")).toBeUndefined();
  });
  test("an untouched form is not worth a draft", () => {
    expect(isWorthKeeping(blank())).toBe(false);
    expect(isWorthKeeping({ content: "路灯" })).toBe(true);
  });
});
