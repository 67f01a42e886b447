import { expect, test } from "vitest";
import { momentLabel } from "./report";

const key = String(Date.UTC(2026, 10, 24, 1));

test("rows of time are named as shortly as stays clear", () => {
  const row = { key, label: "2026-11-24 09:00" };
  expect(momentLabel(row, "hour", true)).toBe("9时");
  expect(momentLabel(row, "hour", false)).toBe("11-24 9时");
  expect(momentLabel(row, "day", false)).toBe("11-24");
  expect(momentLabel({ key: "public", label: "公众咨询" }, "skill", true)).toBe("公众咨询");
});
