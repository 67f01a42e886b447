import { describe, expect, it } from "vitest";
import { grouped, hopeless, purposesOf, type Attachment } from "./files";

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
  it("refuse what cannot be taken before it travels", () => {
    expect(hopeless({ name: "a.zip", size: 10 })).toContain("压缩包");
    expect(hopeless({ name: "a.jpg", size: 0 })).toContain("空");
    expect(hopeless({ name: "a.wav", size: 70 * 1024 * 1024 })).toContain("60 MB");
    expect(hopeless({ name: "现场.jpg", size: 1000 })).toBeNull();
  });
});
