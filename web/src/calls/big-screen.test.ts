import { expect, test } from "vitest";
import { gridOf, wallName } from "./big-screen";

test("on the wall a name is no more than a surname", () => {
  expect(wallName("李小娜")).toBe("李**");
  expect(wallName("李")).toBe("李");
});

test("all tiles have a place, and few seats get large ones", () => {
  for (let n = 1; n <= 56; n += 1) {
    const { columns, rows } = gridOf(n);
    expect(columns * rows).toBeGreaterThanOrEqual(n);
    expect(rows).toBeLessThanOrEqual(7);
  }
  expect(gridOf(10).columns).toBe(4);
});
