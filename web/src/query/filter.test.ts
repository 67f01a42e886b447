import { describe, expect, test } from "vitest";
import { exportName, fileColumns } from "./export";
import { FIELD } from "./fields";
import { boundsOf, categoryPrefix, DEFAULT_SORT, fromSaved, parseAddress, rangeWords, regionPrefix, sameQuery, toAddress, toRequest, toSaved, type QueryState } from "./filter";

/** 2026-11-24 (Tuesday) 10:00:30 in Beijing. */
const NOW = Date.UTC(2026, 10, 24, 2, 0, 30);
const beijing = (text: string) => Date.parse(`${text}+08:00`);
const range = (name: string) => FIELD.get(name) ?? { name, label: "", kind: "range" as const };

describe("filter and address", () => {
  test("an address read and written again is the same address", () => {
    const address = "q=%E8%B7%AF%E7%81%AF&registered=7d&state=handling%2Cdispatched&light=red&lead_org=o-1&returned=true&lead_sub=true&sort=due_at";
    const state = parseAddress(new URLSearchParams(address));
    expect(state.filter).toEqual({
      q: "路灯",
      registered: "7d",
      state: "handling,dispatched",
      light: "red",
      lead_org: "o-1",
      lead_sub: "true",
      returned: "true",
    });
    expect(state.sort).toEqual({ by: "due_at", dir: "asc" });
    expect(toAddress(state).toString()).toBe(address);
  });

  test("codes, ranges and orders that do not exist are dropped, the rest stays", () => {
    const { filter, sort } = parseAddress(new URLSearchParams("state=handling,nonsense&light=pink&registered=last&due=2026-11-01&sort=-secret&page=3&q=%20"));
    expect(filter).toEqual({ state: "handling" });
    expect(sort).toEqual(DEFAULT_SORT);
  });

  test("names, telephones and document numbers never get into an address or a saved filter", () => {
    const state: QueryState = { filter: { name: "张三", phone: "13800001111", id_no: "110101", q: "噪音" }, sort: DEFAULT_SORT };
    expect(toAddress(state).toString()).toBe("q=%E5%99%AA%E9%9F%B3");
    expect(toSaved(state)).toEqual({ q: "噪音", sort: "registered_at", dir: "desc" });
    expect(parseAddress(new URLSearchParams("phone=13800001111")).filter).toEqual({});
  });

  test("subordinates are only included of a chosen organisation", () => {
    expect(parseAddress(new URLSearchParams("lead_sub=true")).filter).toEqual({});
  });
});

describe("filter and request", () => {
  test("personal data does go into the request itself", () => {
    expect(toRequest({ filter: { phone: "13800001111" }, sort: DEFAULT_SORT }, NOW)).toEqual({
      phone: "13800001111",
      sort: "registered_at",
      dir: "desc",
    });
  });

  test("days are whole days in Beijing", () => {
    expect(toRequest({ filter: { registered: "2026-11-01~2026-11-02" }, sort: DEFAULT_SORT }, NOW)).toMatchObject({
      registered_from: beijing("2026-11-01T00:00:00.000"),
      registered_to: beijing("2026-11-02T23:59:59.999"),
    });
  });

  test("a stretch open at one end sends one bound", () => {
    const query = toRequest({ filter: { closed: "~2026-11-02" }, sort: DEFAULT_SORT }, NOW);
    expect(query["closed_from"]).toBeUndefined();
    expect(query["closed_to"]).toBe(beijing("2026-11-02T23:59:59.999"));
  });

  test("presets move with the calendar", () => {
    expect(boundsOf("7d", NOW)).toEqual({ from: beijing("2026-11-18T00:00:00.000"), to: beijing("2026-11-24T23:59:59.999") });
    expect(boundsOf("week", NOW).from).toBe(beijing("2026-11-23T00:00:00.000"));
    expect(boundsOf("last_month", NOW)).toEqual({ from: beijing("2026-10-01T00:00:00.000"), to: beijing("2026-10-31T23:59:59.999") });
    expect(boundsOf("next3d", NOW)).toEqual({ from: NOW, to: beijing("2026-11-27T23:59:59.999") });
    expect(boundsOf("past", NOW)).toEqual({ from: null, to: NOW });
  });

  test("within one minute the request does not change, so the cache is hit", () => {
    const state: QueryState = { filter: { due: "past" }, sort: DEFAULT_SORT };
    expect(toRequest(state, NOW)).toEqual(toRequest(state, NOW + 20_000));
  });
});

describe("saved filters", () => {
  test("come back as they were saved, relative times still relative", () => {
    const state: QueryState = { filter: { registered: "month", state: "handling", extended: "true" }, sort: { by: "due_at", dir: "asc" } };
    expect(sameQuery(fromSaved(toSaved(state)), state)).toBe(true);
  });

  test("written by another program with moments are shown as days", () => {
    const saved = { registered_from: beijing("2026-11-01T00:00:00"), registered_to: beijing("2026-11-02T23:59:59"), returned: true };
    expect(fromSaved(saved).filter).toEqual({ registered: "2026-11-01~2026-11-02", returned: "true" });
  });
});

test("a stretch of time in words", () => {
  expect(rangeWords(range("registered"), "2026-11-01~2026-11-24")).toBe("2026-11-01 至 2026-11-24");
  expect(rangeWords(range("registered"), "2026-11-01~")).toBe("2026-11-01 起");
  expect(rangeWords(range("registered"), "~2026-11-24")).toBe("2026-11-24 止");
  expect(rangeWords(range("registered"), "30d")).toBe("近30天");
  expect(rangeWords(range("due"), "past")).toBe("已过期限");
});

test("a region or category stands for everything below it", () => {
  expect(regionPrefix("370200000000")).toBe("3702");
  expect(regionPrefix("370210000000")).toBe("370210");
  expect(regionPrefix("370202001000")).toBe("370202001");
  expect(regionPrefix("370202010000")).toBe("370202010");
  expect(regionPrefix("370202001101")).toBe("370202001101");
  expect(categoryPrefix("010000")).toBe("01");
  expect(categoryPrefix("010100")).toBe("0101");
  expect(categoryPrefix("010102")).toBe("010102");
});

test("a file has the columns of the list under the names the server knows", () => {
  expect(fileColumns(["lamp", "case_no", "claimed_by", "title"])).toEqual(["light", "remaining", "case_no", "title"]);
  expect(exportName("csv", NOW)).toBe("工单查询_20261124_1000.csv");
});
