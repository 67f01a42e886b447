import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { DenseTable, nextIndex } from "./dense-table";

const rows = ["甲", "乙", "丙"];

function List({ onOpen }: { onOpen: (row: string) => void }) {
  const [selected, select] = useState<string | null>(null);
  return (
    <DenseTable
      label="工单"
      rows={rows}
      columns={[{ key: "n", title: "名称", render: (r) => r }]}
      rowKey={(r) => r}
      selected={selected}
      onSelect={select}
      onOpen={onOpen}
      globalKeys
    />
  );
}

test("arrows walk the list from anywhere on the page and Enter opens the row", () => {
  const onOpen = vi.fn();
  render(<List onOpen={onOpen} />);
  fireEvent.keyDown(window, { key: "ArrowDown", code: "ArrowDown" });
  fireEvent.keyDown(window, { key: "ArrowDown", code: "ArrowDown" });
  expect(screen.getByText("乙").closest("tr")?.getAttribute("aria-selected")).toBe("true");
  fireEvent.keyDown(window, { key: "Enter", code: "Enter" });
  expect(onOpen).toHaveBeenCalledWith("乙");
});

test("arrows stay with the text field while somebody types", () => {
  render(
    <>
      <input aria-label="搜索" />
      <List onOpen={() => undefined} />
    </>,
  );
  fireEvent.keyDown(screen.getByLabelText("搜索"), { key: "ArrowDown", code: "ArrowDown" });
  expect(screen.getByText("甲").closest("tr")?.getAttribute("aria-selected")).toBe("false");
});

test("the ends of the list hold", () => {
  expect(nextIndex("ArrowUp", 0, 3)).toBe(0);
  expect(nextIndex("PageDown", 1, 3)).toBe(2);
  expect(nextIndex("ArrowDown", -1, 3)).toBe(0);
  expect(nextIndex("ArrowDown", 0, 0)).toBeUndefined();
  expect(nextIndex("a", 0, 3)).toBeUndefined();
});
