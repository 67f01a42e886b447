import { describe, expect, it } from "vitest";
import { grouped, hopeless, purposesOf, repliedTo, type Attachment } from "./files";

const item = (id: string, purpose: Attachment["purpose"]) => ({ id, purpose }) as Attachment;

describe("attachments", () => {
  it("stand in the order of the work, without empty groups", () => {
    const groups = grouped([item("c", "handle"), item("a", "demand"), item("b", "handle")]);
    expect(groups.map((g) => [g.purpose, g.items.length])).toEqual([
      ["demand", 1],
      ["handle", 2],
    ]);
  });
  it("offer evidence to units only", () => {
    expect(purposesOf(["handler"])[0]).toBe("handle");
    expect(purposesOf(["agent"])).not.toContain("handle");
  });
  it("go with the answer to the citizen and to the platform it came from, of no secret matter", () => {
    const order = { elsewhere: null, confidentiality: "none", demand_type: "complaint" } as Parameters<typeof repliedTo>[0];
    const away = { ...order, elsewhere: { out: false, partner: "省平台" } as NonNullable<typeof order.elsewhere> };
    expect(repliedTo(order)).toContain("群众");
    expect(repliedTo(away)).toMatch(/省平台.*群众/);
    expect(repliedTo({ ...away, demand_type: "report" })).toBe("随答复发给省平台");
    expect(repliedTo({ ...order, demand_type: "report" })).toBeNull();
    expect(repliedTo({ ...away, confidentiality: "keep_secret" })).toBeNull();
    expect(purposesOf(["auditor"], true)).toContain("reply");
    expect(purposesOf(["auditor"], false)).not.toContain("reply");
  });
  it("refuse what cannot be taken before it travels", () => {
    expect(hopeless({ name: "a.zip", size: 10 })).toContain("压缩包");
    expect(hopeless({ name: "a.jpg", size: 0 })).toContain("空");
    expect(hopeless({ name: "a.wav", size: 70 * 1024 * 1024 })).toContain("60 MB");
    expect(hopeless({ name: "现场.jpg", size: 1000 })).toBeNull();
  });
});
