import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Lamp, lightNow } from "./lamp";

const NOW = 1_800_000_000_000;

test("a lamp left open turns yellow and red by itself", () => {
  expect(lightNow("green", NOW + 10, NOW + 5, NOW)).toBe("green");
  expect(lightNow("green", NOW + 10, NOW, NOW)).toBe("yellow");
  expect(lightNow("yellow", NOW - 1, NOW - 10, NOW)).toBe("red");
});

test("a stopped or paused clock keeps its lamp", () => {
  expect(lightNow("done_on_time", NOW - 10, NOW - 20, NOW)).toBe("done_on_time");
  expect(lightNow("paused", NOW - 10, NOW - 20, NOW)).toBe("paused");
});

test("words stand beside the colour, for those who cannot tell the colours apart", () => {
  render(<Lamp light="red" due={1} remaining="逾期1天3小时" />);
  expect(screen.getByText("已逾期").className).toBe("sr-only");
  expect(screen.getByText("逾期1天3小时").className).toBe("lamp-left");
  render(<Lamp light="yellow" due={NOW * 2} remaining="剩2小时" />);
  expect(screen.getByText("即将到期").className).toBe("lamp-word");
});
