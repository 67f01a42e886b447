import { expect, test } from "vitest";
import { bytesText, fileName } from "./download";

test("a Chinese file name comes through in its coded form", () => {
  expect(fileName("attachment; filename=\"orders.csv\"; filename*=UTF-8''%E5%B7%A5%E5%8D%95.csv")).toBe("工单.csv");
  expect(fileName('attachment; filename="orders.xlsx"')).toBe("orders.xlsx");
  expect(fileName("attachment; filename*=UTF-8''%E5%B7%A")).toBeNull();
  expect(fileName(null)).toBeNull();
});

test("sizes are as short as stays useful", () => {
  expect(bytesText(900)).toBe("900 字节");
  expect(bytesText(20_480)).toBe("20 KB");
  expect(bytesText(1_300_000)).toBe("1.2 MB");
});
